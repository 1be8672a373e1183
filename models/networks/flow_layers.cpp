#include "models/networks/flow_layers.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "autograd/tape.h"

namespace gradzoo {
namespace {

constexpr double kMargin = 0.05;  // a of Logit

Tensor sum_of_rows(const Tensor& x) { return sum(flatten_rows(x), 1); }

// (B, ..., C) as (numbers of a channel, C).
Tensor by_channel(const Tensor& x) { return reshape(x, {-1, x.dim(-1)}); }

// In one row.
double numbers_of_channel(const Tensor& x) { return static_cast<double>(x.size() / (x.dim(0) * x.dim(-1))); }

void set_values(Tensor& leaf, const Tensor& values) {
  visit_floating(leaf.dtype(),
                 [&]<class T>() { std::copy_n(values.data<T>(), values.size(), leaf.mutable_data<T>()); });
}

}  // namespace

AffineCoupling::AffineCoupling(const Tensor& mask, std::unique_ptr<Module> net, double input_scale)
    : reads_(mask * input_scale),
      moves_(1.0 - mask),
      net_(std::move(net)),
      factor_(ones({mask.dim(-1)}, mask.dtype())) {
  register_module("net", *net_);
  register_parameter("factor", factor_);
}

AffineCoupling::Affine AffineCoupling::affine(const Tensor& x) const {
  const int64_t n = moves_.dim(-1);
  const Tensor said = net_->forward(x * reads_);
  return {tanh(slice(said, -1, 0, n)) * factor_ * moves_, slice(said, -1, n, 2 * n) * moves_};
}

Mapped AffineCoupling::map(const Tensor& x) const {
  const Affine by = affine(x);
  return {x * exp(by.log_scale) + by.shift, sum_of_rows(by.log_scale)};
}

Mapped AffineCoupling::inverse(const Tensor& y) const {
  const Affine by = affine(y);  // which reads what held still
  return {(y - by.shift) * exp(-by.log_scale), -sum_of_rows(by.log_scale)};
}

ActNorm::ActNorm(int64_t channels, DType dtype)
    : centre_(zeros({channels}, dtype)), log_width_(zeros({channels}, dtype)) {
  register_parameter("centre", centre_);
  register_parameter("log_width", log_width_);
}

Mapped ActNorm::map(const Tensor& x) const {
  return {(x - centre_) * exp(-log_width_), sum(log_width_) * -numbers_of_channel(x)};
}

Mapped ActNorm::inverse(const Tensor& y) const {
  return {y * exp(log_width_) + centre_, sum(log_width_) * numbers_of_channel(y)};
}

void ActNorm::begin_at(const Tensor& x) {
  constexpr double kLeastWidth = 1e-3;  // of a channel that never changes
  const NoGrad quiet;
  const Tensor numbers = by_channel(x);
  set_values(centre_, mean(numbers, 0));
  set_values(log_width_, log(stddev_axis(numbers, 0) + kLeastWidth));
}

Mapped Squeeze::map(const Tensor& x) const { return {space_to_depth(x, 2), zeros({}, x.dtype())}; }

Mapped Squeeze::inverse(const Tensor& y) const { return {depth_to_space(y, 2), zeros({}, y.dtype())}; }

Mapped Logit::map(const Tensor& x) const {
  const Tensor inside = x * (1 - 2 * kMargin) + kMargin;
  const Tensor log_x = log(inside), log_rest = log(1.0 - inside);
  return {log_x - log_rest, sum_of_rows(std::log(1 - 2 * kMargin) - (log_x + log_rest))};
}

Mapped Logit::inverse(const Tensor& y) const {
  return {(sigmoid(y) - kMargin) / (1 - 2 * kMargin),
          sum_of_rows(log_sigmoid(y) + log_sigmoid(-y) - std::log(1 - 2 * kMargin))};
}

}  // namespace gradzoo
