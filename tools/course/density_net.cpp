#include "tools/course/density_net.h"

#include <cmath>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo::course {

Tensor density_net(const Tensors& parameters, const Tensor& x, bool relu_between) {
  Tensor h = x;
  for (size_t i = 0; i < parameters.size(); i += 2) {
    if (i > 0) h = relu_between ? relu(h) : tanh(h);
    h = add(matmul(h, parameters[i]), parameters[i + 1]);
  }
  return h;
}

Tensor matching_loss(const Tensors& parameters, const Tensor& x, const LossOptions& options) {
  const Tensor at = x.detach().requires_grad_();
  const Tensor log_p = sum(density_net(parameters, at, options.relu_between));
  const Tensor s = grad(log_p, at, {.create_graph = true});
  Tensor trace = scalar(0, x.dtype());
  const int64_t axes = options.first_axis_only ? 1 : x.dim(1);
  for (int64_t j = 0; j < axes; ++j) {
    const Tensor column = slice(s, 1, j, j + 1);
    const Tensor row = grad(sum(column), at, {.create_graph = true});
    trace = add(trace, sum(slice(row, 1, j, j + 1)));
  }
  const Tensor squares = mul(sum(mul(s, s)), options.square_factor / 2);
  const Tensor total = add(squares, mul(trace, options.trace_factor));
  return options.mean ? div(total, static_cast<double>(x.dim(0))) : total;
}

void AdamSteps::step(std::vector<double>& values, const std::vector<double>& gradient) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
  m_.resize(values.size(), 0.0);
  v_.resize(values.size(), 0.0);
  ++steps_;
  const double of_m = options_.corrected ? 1 - std::pow(kBeta1, steps_) : 1;
  const double of_v = options_.corrected ? 1 - std::pow(kBeta2, steps_) : 1;
  for (size_t i = 0; i < values.size(); ++i) {
    const double g = gradient[i];
    m_[i] = kBeta1 * m_[i] + (options_.decayed ? 1 - kBeta1 : 1) * g;
    v_[i] = kBeta2 * v_[i] + (1 - kBeta2) * g * g;
    const double m = m_[i] / of_m, v = v_[i] / of_v;
    const double below = !options_.shared_root  ? v + kEpsilon
                         : options_.inside_root ? std::sqrt(v + kEpsilon)
                                                : std::sqrt(v) + kEpsilon;
    values[i] -= (options_.upwards ? -1 : 1) * options_.rate * m / below;
  }
}

}  // namespace gradzoo::course
