#pragma once

#include <numbers>

#include "autograd/ops/axis.h"
#include "autograd/ops/reduce.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// The log-sum-exp along one axis and its derivatives: a family closed under differentiation.
namespace gradzoo::ops {

struct LogSumExp {
  static constexpr const char* name = "logsumexp";
  static constexpr const char* formula = "y = log sum_i exp x_i;  dx = g softmax(x)";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  int axis = -1;
  bool keepdim = false;
  std::string attributes() const { return axis_attributes(axis, keepdim); }
  Shape shape(Inputs in) const { return reduced_shape(in[0].shape(), axis, keepdim); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    const Tensor p = softmax(v.in(0), axis);
    v.give(0, mul(keep_axis(g, axis, keepdim), p));
  }
  static std::vector<OpCase<LogSumExp>> cases() {
    return reduction_cases<LogSumExp>({}, /*needs_elements=*/true);
  }
};

struct Softmax {
  static constexpr const char* name = "softmax";
  static constexpr const char* formula = "y_i = exp x_i / sum_j exp x_j;  dx = y (g - sum_j g_j y_j)";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 1> saves = {kReadsOut};
  int axis = -1;
  std::string attributes() const { return axis_attributes(axis); }
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    const Tensor& y = v.out();
    const auto mean_of = [&](const Tensor& t) { return sum(mul(t, y), axis, /*keepdim=*/true); };
    // A constant subtracted from g changes nothing; without its mean, g loses no digits where a y is near 1.
    const Tensor near = [&] {
      const NoGrad constant;
      return mean_of(g);
    }();
    const Tensor off = sub(g, near);
    v.give(0, mul(y, sub(off, mean_of(off))));
  }
  static std::vector<OpCase<Softmax>> cases() { return axis_cases<Softmax>(); }
};

struct LogSoftmax {
  static constexpr const char* name = "log_softmax";
  static constexpr const char* formula = "y = x - log sum_j exp x_j;  dx = g - exp(y) sum_j g_j";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 1> saves = {kReadsOut};
  int axis = -1;
  std::string attributes() const { return axis_attributes(axis); }
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    // Where e^y > 1/2, the gradient is (g - sum_j g_j) - (e^y - 1) sum_j g_j.
    const Tensor &y = v.out(), total = sum(g, axis, /*keepdim=*/true);
    const Tensor is_likely = gt(y, -std::numbers::ln2);
    const Tensor rest = where(is_likely, sub(g, total), g), p = exp(y), less_one = expm1(y);
    v.give(0, sub(rest, mul(where(is_likely, less_one, p), total)));
  }
  static std::vector<OpCase<LogSoftmax>> cases() { return axis_cases<LogSoftmax>(); }
};

}  // namespace gradzoo::ops
