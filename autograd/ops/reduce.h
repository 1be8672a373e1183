#pragma once

#include "autograd/kernels/reduce/reduce.h"
#include "autograd/ops/axis.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Reductions over one axis, counted from the end. A reduction over all elements reshapes the operand to one
/// row and reduces its last axis.
namespace gradzoo::ops {

/// Returns the cases of axis_cases(), each with and without keepdim; Op is {axis, keepdim}.
template <class Op>
std::vector<OpCase<Op>> reduction_cases(Operand like, bool needs_elements = false) {
  std::vector<OpCase<Op>> cases;
  for (OpCase<Op>& c : axis_cases<Op>(like, needs_elements)) {
    for (const bool keepdim : {false, true}) cases.push_back({Op{c.op.axis, keepdim}, c.operands});
  }
  return cases;
}

/// Returns the reduced tensor with its axis back at size 1, so that it broadcasts against the operand.
inline Tensor keep_axis(const Tensor& reduced, int axis, bool keepdim) {
  return keepdim ? reduced : unsqueeze(reduced, axis);
}

/// Returns all elements in one row, for reductions over everything.
inline Tensor one_row(const Tensor& x) { return reshape(x, {x.size()}); }

struct Sum {
  static constexpr const char* name = "sum";
  static constexpr const char* formula = "y = sum_i x_i;  dx_i = g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int axis = -1;
  bool keepdim = false;
  std::string attributes() const { return axis_attributes(axis, keepdim); }
  Shape shape(Inputs in) const { return reduced_shape(in[0].shape(), axis, keepdim); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    v.give(0, broadcast_to(keep_axis(g, axis, keepdim), v.shape(0)));
  }
  static std::vector<OpCase<Sum>> cases() { return reduction_cases<Sum>({}); }
};

/// Sums over the axes where `target`, which has the operand's rank, is 1.
struct SumTo {
  static constexpr const char* name = "sum_to";
  static constexpr const char* formula =
      "y = x summed over the axes that y has at size 1;  dx = g, broadcast";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape target;
  std::string attributes() const { return target.str(); }
  SumTo lifted(int64_t k) const { return {target.insert(0, k)}; }
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, broadcast_to(g, v.shape(0))); }
  static std::vector<OpCase<SumTo>> cases();
};

/// Returns sum_of(x) / count, or sum_of(x / count) if the sum overflows: a mean of finite x is finite.
Tensor sum_over_count(const Tensor& x, int64_t count, FunctionRef<Tensor(const Tensor&)> sum_of);

/// Returns, for each line along the axis, 1 / (number of elements equal to `extremum`) where x equals it,
/// else 0. The result is a constant to derivatives.
Tensor tie_shares(const Tensor& x, const Tensor& extremum);

/// The largest (Max) or smallest (Min) element along an axis; equals share the gradient.
template <Reduce kWhich>
struct Extremum {
  static constexpr bool kIsMax = kWhich == Reduce::max;
  static constexpr const char* name = kIsMax ? "max" : "min";
  static constexpr const char* formula = kIsMax ? "y = max_i x_i;  dx_i = g [x_i = y] / #{j: x_j = y}"
                                                : "y = min_i x_i;  dx_i = g [x_i = y] / #{j: x_j = y}";
  static constexpr Kind kind = Kind::other;
  static constexpr int smoothness = 0;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0) | kReadsOut};
  int axis = -1;
  bool keepdim = false;
  std::string attributes() const { return axis_attributes(axis, keepdim); }
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    const Tensor shares = tie_shares(v.in(0), keep_axis(v.out(), axis, keepdim));
    v.give(0, mul(keep_axis(g, axis, keepdim), shares));
  }
  static std::vector<OpCase<Extremum>> cases() {
    return reduction_cases<Extremum>({.shape = {}, .distinct = true}, /*needs_elements=*/true);
  }
};
using Max = Extremum<Reduce::max>;
using Min = Extremum<Reduce::min>;

/// The running sum along an axis, from its end if `reverse`.
struct Cumsum {
  static constexpr const char* name = "cumsum";
  static constexpr const char* formula = "y_i = sum_{j <= i} x_j;  dx_j = sum_{i >= j} g_i";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int axis = -1;
  bool reverse = false;
  std::string attributes() const { return axis_attributes(axis) + (reverse ? ", reverse" : ""); }
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, cumsum(g, axis, !reverse)); }
  static std::vector<OpCase<Cumsum>> cases() { return reduction_cases<Cumsum>({}); }
};

/// The Euclidean length along an axis. It has a kink at 0, where the gradient is defined as 0.
struct Norm {
  static constexpr const char* name = "norm";
  static constexpr const char* formula = "y = sqrt(sum_i x_i^2);  dx_i = g x_i / y, 0 where y = 0";
  static constexpr Kind kind = Kind::other;
  static constexpr int smoothness = 0;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0) | kReadsOut};
  int axis = -1;
  bool keepdim = false;
  std::string attributes() const { return axis_attributes(axis, keepdim); }
  Shape shape(Inputs in) const { return reduced_shape(in[0].shape(), axis, keepdim); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Norm>> cases() { return reduction_cases<Norm>({.avoid = 0.0}); }
};

}  // namespace gradzoo::ops
