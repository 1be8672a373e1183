#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {
namespace {

constexpr int kFirstSteps = 20;  // from a random u to one that is near enough

Tensor as_matrix(const Tensor& weight) {
  const int64_t columns = weight.dim(weight.rank() - 1);
  return reshape(weight, {weight.size() / columns, columns});
}

// A column of length 1; of a column of zeros itself.
Tensor unit(const Tensor& x) {
  const double length = sqrt(sum(square(x))).item();
  return length > 0 ? x / length : x;
}

}  // namespace

SpectralNorm::SpectralNorm(const Tensor& weight, Rng& rng)
    : weight_(weight), u_(unit(randn({weight.dim(weight.rank() - 1), 1}, rng, weight.dtype()))) {
  register_buffer("u", u_);
  for (int i = 0; i < kFirstSteps; ++i) iterate();
}

void SpectralNorm::iterate() const {
  const NoGrad quiet;
  const Tensor a = as_matrix(weight_);
  const Tensor next = unit(matmul(a, matmul(a, u_), true, false));
  Tensor u = u_;  // in place: the State holds on to it
  assign_values(u, next);
}

Tensor SpectralNorm::normalised() const {
  const Tensor a = as_matrix(weight_);
  Tensor v;
  {
    const NoGrad quiet;
    v = unit(matmul(a, u_));
  }
  // A weight of zeros stays as it is.
  return weight_ / maximum(sum(matmul(a, u_) * v), full({}, 1e-12, weight_.dtype()));
}

}  // namespace gradzoo
