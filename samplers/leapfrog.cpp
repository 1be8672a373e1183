#include "autograd/kernels/pointwise/leapfrog.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "samplers/domain.h"

namespace gradzoo {
namespace {

// p += kick g, x += drift M^-1 p, both in place.
void move(double kick, double drift, const Tensor& g, const Tensor& scale, Tensor& z, Tensor& x) {
  visit_floating(x.dtype(), [&]<class T>() {
    kernels::kick_and_drift(kick, drift, g.data<T>(), scale.data<T>(), z.mutable_data<T>(),
                            x.mutable_data<T>(), x.dim(0), x.dim(1));
  });
}

// p'M^-1 p/2 of every row, p kicked first: (B).
Tensor kinetic_energy(double kick, const Tensor& g, const Tensor& scale, const Tensor& z) {
  Tensor out = empty({z.dim(0)}, z.dtype());
  visit_floating(z.dtype(), [&]<class T>() {
    kernels::kinetic_energy(kick, g.data<T>(), scale.data<T>(), z.data<T>(), out.mutable_data<T>(), z.dim(0),
                            z.dim(1));
  });
  return out;
}

}  // namespace

// Two half kicks meet between steps, and the last one is known to the energy alone.
LeapfrogEnd leapfrog(const Target& target, const Tensor& x, const PointValue& value, Tensor z,
                     const Tensor& scale, double e, int64_t steps) {
  const NoGrad quiet;
  Tensor at = x.clone(), score = value.score;
  const Tensor before = kinetic_energy(0, score, scale, z);
  for (int64_t i = 0; i + 1 < steps; ++i) {
    move(i == 0 ? e / 2 : e, e, score, scale, z, at);
    reflect(target.domain, at, &z);
    score = score_of(target, at);
  }
  move(steps == 1 ? e / 2 : e, e, score, scale, z, at);
  reflect(target.domain, at, &z);
  const PointValue end = value_and_score(target, at);
  const Tensor after = kinetic_energy(e / 2, end.score, scale, z);
  return {at, end, (end.log_prob - value.log_prob) + (before - after)};
}

}  // namespace gradzoo
