#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/coupling_flow.h"

namespace gradzoo {
namespace {

constexpr double kMargin = 1e-5;  // a of Logit: far below a grey level, so that all of the line is used

Tensor sum_of_rows(const Tensor& x) { return sum(flatten_rows(x), 1); }

// (B, ..., C) as (numbers of a channel, C).
Tensor by_channel(const Tensor& x) { return reshape(x, {-1, x.dim(-1)}); }

// In one row.
double numbers_of_channel(const Tensor& x) { return static_cast<double>(x.size() / (x.dim(0) * x.dim(-1))); }

// One step further on a way.
Mapped after(const Mapped& way, const Mapped& step) { return {step.to, way.log_det + step.log_det}; }

Tensor first_half(const Tensor& x) { return slice(x, -1, 0, x.dim(-1) / 2); }

Tensor second_half(const Tensor& x) { return slice(x, -1, x.dim(-1) / 2, x.dim(-1)); }

}  // namespace

void FlowSequence::append(std::unique_ptr<FlowLayer> layer) {
  register_module(fmt::format("{}", layers_.size()), *layer);
  layers_.push_back(std::move(layer));
}

Mapped FlowSequence::map(const Tensor& x) const {
  Mapped at{x, zeros({x.dim(0)}, x.dtype())};
  for (const auto& layer : layers_) at = after(at, layer->map(at.to));
  return at;
}

Mapped FlowSequence::inverse(const Tensor& y) const {
  Mapped at{y, zeros({y.dim(0)}, y.dtype())};
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer)
    at = after(at, (*layer)->inverse(at.to));
  return at;
}

void FlowSequence::begin_at(const Tensor& x) {
  const NoGrad quiet;
  Tensor at = x;
  for (const auto& layer : layers_) {
    layer->begin_at(at);
    at = layer->map(at).to;
  }
}

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
  assign_values(centre_, mean(numbers, 0));
  assign_values(log_width_, log(stddev_axis(numbers, 0) + kLeastWidth));
}

Mapped Squeeze::map(const Tensor& x) const { return {space_to_depth(x, 2), zeros({}, x.dtype())}; }

Mapped Squeeze::inverse(const Tensor& y) const { return {depth_to_space(y, 2), zeros({}, y.dtype())}; }

Mapped FactorOut::map(const Tensor& x) const {
  const Mapped rest = FlowSequence::map(space_to_depth(second_half(x), 2));
  return {concat(first_half(x), depth_to_space(rest.to, 2), -1), rest.log_det};
}

Mapped FactorOut::inverse(const Tensor& y) const {
  const Mapped rest = FlowSequence::inverse(space_to_depth(second_half(y), 2));
  return {concat(first_half(y), depth_to_space(rest.to, 2), -1), rest.log_det};
}

void FactorOut::begin_at(const Tensor& x) { FlowSequence::begin_at(space_to_depth(second_half(x), 2)); }

Mapped Logit::map(const Tensor& x) const {
  constexpr double kRest = 1 - 2 * kMargin;
  // 1 - x is exact near 1, where 1 - (a + (1 - 2 a) x) is not
  const Tensor log_x = log(x * kRest + kMargin), log_rest = log((1.0 - x) * kRest + kMargin);
  return {log_x - log_rest, sum_of_rows(std::log(kRest) - (log_x + log_rest))};
}

Mapped Logit::inverse(const Tensor& y) const {
  constexpr double kRest = 1 - 2 * kMargin;
  return {(sigmoid(y) - kMargin) / kRest, sum_of_rows(log_sigmoid(y) + log_sigmoid(-y) - std::log(kRest))};
}

}  // namespace gradzoo
