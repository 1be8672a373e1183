#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/updates.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/learn/optim.h"

namespace gradzoo {

double grad_norm(Parameters& parameters) {
  const Tensor& gradients = parameters.flat_grad();
  const double squares = sum_squares(gradients);
  if (!std::isinf(squares)) return std::sqrt(squares);
  return visit_floating(gradients.dtype(), [&]<class T>() {
    const T *const begin = gradients.data<T>(), *const end = begin + gradients.size();
    const auto largest = static_cast<double>(
        std::abs(*std::max_element(begin, end, [](T a, T b) { return std::abs(a) < std::abs(b); })));
    const double in_units = std::accumulate(begin, end, 0.0, [=](double sum, T g) {
      const double unit = static_cast<double>(g) / largest;
      return sum + unit * unit;
    });
    return std::isinf(largest) ? largest : largest * std::sqrt(in_units);
  });
}

double clip_grad_norm(Parameters& parameters, double max_norm) {
  if (!(max_norm > 0.0)) throw Error("clip_grad_norm: max_norm is {}. Hint: use a number above 0", max_norm);
  const double norm = grad_norm(parameters);
  if (!std::isfinite(norm) || norm <= max_norm) return norm;
  parameters.flat_grad() *= max_norm / norm;
  return norm;
}

}  // namespace gradzoo
