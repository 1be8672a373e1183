#include "autograd/updates.h"

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/leapfrog.h"
#include "autograd/kernels/reduce/reduce.h"

namespace gradzoo {

double sum_squares(const Tensor& x) {
  return visit_floating(x.dtype(), [&]<class T>() { return kernels::sum_squares(x.data<T>(), x.size()); });
}

void fill_part(Tensor& x, int64_t begin, int64_t end, double value) {
  visit_floating(x.dtype(),
                 [&]<class T>() { kernels::fill(value, x.mutable_data<T>() + begin, end - begin); });
}

void move_towards(Tensor& mean, const Tensor& to, double weight) {
  visit_floating(mean.dtype(), [&]<class T>() {
    kernels::lerp(weight, to.data<T>(), mean.mutable_data<T>(), mean.size());
  });
}

void sgd_update(Tensor& w, const Tensor& g, Tensor& v, int64_t begin, int64_t end, double lr, double momentum,
                double weight_decay, bool nesterov) {
  visit_floating(w.dtype(), [&]<class T>() {
    T* velocity = v.defined() ? v.mutable_data<T>() + begin : nullptr;
    kernels::sgd_update(w.mutable_data<T>() + begin, g.data<T>() + begin, velocity, end - begin, lr, momentum,
                        weight_decay, nesterov);
  });
}

void adam_update(Tensor& w, const Tensor& g, Tensor& m, Tensor& v, int64_t begin, int64_t end, double lr,
                 double beta1, double beta2, double eps, double weight_decay, bool decoupled, int64_t step) {
  visit_floating(w.dtype(), [&]<class T>() {
    kernels::adam_update(w.mutable_data<T>() + begin, g.data<T>() + begin, m.mutable_data<T>() + begin,
                         v.mutable_data<T>() + begin, end - begin, lr, beta1, beta2, eps, weight_decay,
                         decoupled, step);
  });
}

void kick_and_drift(double kick, double drift, const Tensor& g, const Tensor& r, Tensor& z, Tensor& x) {
  visit_floating(x.dtype(), [&]<class T>() {
    kernels::kick_and_drift(kick, drift, g.data<T>(), r.data<T>(), z.mutable_data<T>(), x.mutable_data<T>(),
                            x.dim(0), x.dim(1));
  });
}

Tensor kinetic_energy(double kick, const Tensor& g, const Tensor& r, const Tensor& z) {
  Tensor out = empty({z.dim(0)}, z.dtype());
  visit_floating(z.dtype(), [&]<class T>() {
    kernels::kinetic_energy(kick, g.data<T>(), r.data<T>(), z.data<T>(), out.mutable_data<T>(), z.dim(0),
                            z.dim(1));
  });
  return out;
}

}  // namespace gradzoo
