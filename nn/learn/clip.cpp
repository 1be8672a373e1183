#include "nn/learn/clip.h"

#include <cmath>

#include <fmt/format.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/reduce/reduce.h"

namespace gradzoo {

double grad_norm(Parameters& parameters) {
  const Tensor& gradients = parameters.flat_grad();
  return visit_floating(gradients.dtype(), [&]<class T>() {
    return std::sqrt(kernels::sum_squares(gradients.data<T>(), gradients.size()));
  });
}

double clip_grad_norm(Parameters& parameters, double max_norm) {
  if (!(max_norm > 0.0)) {
    throw Error(fmt::format("clip_grad_norm: max_norm is {}. Hint: a number above 0", max_norm));
  }
  const double norm = grad_norm(parameters);
  if (!std::isfinite(norm) || norm <= max_norm) return norm;
  Tensor& gradients = parameters.flat_grad();
  visit_floating(gradients.dtype(), [&]<class T>() {
    T* values = gradients.mutable_data<T>();
    kernels::scalar(kernels::ScalarOp::mul, values, max_norm / norm, values, gradients.size());
  });
  return norm;
}

}  // namespace gradzoo
