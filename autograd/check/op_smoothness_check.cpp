#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "autograd/check/op_kind_check.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo::detail {
namespace {

constexpr int kHighest = 2;         // the last derivative that is looked at for jumps
constexpr int kIntervals = 16;      // of a path
constexpr double kMismatch = 1e-6;  // of an integral, relative: worth a closer look
constexpr double kLeast = 1e-7;     // length to which a suspicious interval is halved
constexpr double kJump = 1e-3;      // what is left there, relative, is a jump
constexpr double kEarlier = 1e-6;   // what doubles from this length to the least belongs to a pole

using Derivatives = std::array<double, kHighest + 2>;

/// The op's output, summed with random weights, along the segment from one set of operands to another.
class Path {
 public:
  Path(const DrawnCase& c, const std::vector<Tensor>& from, const std::vector<Tensor>& to)
      : case_(c), weights_(c.weights()), from_(from), step_(from) {
    for (const size_t i : c.values()) step_[i] = sub(to[i], from[i]);
  }

  /// d^k/dt^k at t, k = 0 ... kHighest + 1; not finite where the op or a derivative is not.
  Derivatives at(double t) const {
    Tape tape;
    const Tensor leaf = scalar(t, DType::f64).requires_grad_();
    std::vector<Tensor> xs = from_;
    for (const size_t i : case_.values()) xs[i] = from_[i] + step_[i] * leaf;
    Tensor y = sum(case_.apply(xs) * weights_);
    Derivatives out{};
    for (double& value : out) {
      value = y.item();
      y = y.requires_grad() ? grad(y, leaf, {.create_graph = true}) : scalar(0, DType::f64);
    }
    return out;
  }

 private:
  const DrawnCase& case_;
  Tensor weights_;
  std::vector<Tensor> from_, step_;
};

struct Interval {
  double begin, end;
  Derivatives at_begin, at_end;
};

double size_of(const Interval& in, int k) {
  const auto i = static_cast<size_t>(k);
  return std::max({1.0, std::abs(in.at_begin[i]), std::abs(in.at_end[i])});
}

// At the end where it is smaller: near a pole it grows as the interval shrinks, near a kink it does not.
double least_size_of(const Interval& in, int k) {
  const auto i = static_cast<size_t>(k);
  return std::max(1.0, std::min(std::abs(in.at_begin[i]), std::abs(in.at_end[i])));
}

using Mismatches = std::array<double, kHighest + 1>;

// What each derivative changes by, less the integral of the next one by five nodes of Gauss and Legendre.
Mismatches mismatches(const Path& path, const Interval& in) {
  constexpr std::array<double, 5> kNodes = {-0.906179845938664, -0.538469310105683, 0, 0.538469310105683,
                                            0.906179845938664};
  constexpr std::array<double, 5> kWeights = {0.236926885056189, 0.478628670499366, 0.568888888888889,
                                              0.478628670499366, 0.236926885056189};
  const double middle = (in.begin + in.end) / 2, half = (in.end - in.begin) / 2;
  Mismatches out{};
  for (size_t k = 0; k < out.size(); ++k) out[k] = in.at_end[k] - in.at_begin[k];
  for (size_t n = 0; n < kNodes.size(); ++n) {
    const Derivatives at_node = path.at(middle + half * kNodes[n]);
    for (size_t k = 0; k < out.size(); ++k) out[k] -= half * kWeights[n] * at_node[k + 1];
  }
  for (double& m : out) m = std::isfinite(m) ? std::abs(m) : std::numeric_limits<double>::infinity();
  return out;
}

// The jump of the k-th derivative in a suspicious interval; 0 where it shrinks away with the interval, or
// belongs to a pole.
double jump_in(const Path& path, Interval in, int k) {
  const auto mismatch = [&](const Interval& part) { return mismatches(path, part)[static_cast<size_t>(k)]; };
  const double size = size_of(in, k);
  double earlier = 0;
  while (in.end - in.begin > kLeast) {
    const double middle = (in.begin + in.end) / 2;
    const Derivatives at_middle = path.at(middle);
    const Interval left{in.begin, middle, in.at_begin, at_middle},
        right{middle, in.end, at_middle, in.at_end};
    in = mismatch(left) >= mismatch(right) ? left : right;
    if (in.end - in.begin > kEarlier) earlier = least_size_of(in, k);
  }
  const double jump = mismatch(in);
  if (!std::isfinite(jump) || least_size_of(in, k) > 2 * earlier) return 0;
  return jump > kJump * size ? jump : 0;
}

void check_path(const DrawnCase& c, const Path& path) {
  const int last = std::min(c.smoothness(), kHighest);
  Interval in{0, 0, path.at(0), {}};
  for (int n = 1; n <= kIntervals; ++n) {
    in.begin = in.end;
    if (n > 1) in.at_begin = in.at_end;
    in.end = static_cast<double>(n) / kIntervals;
    in.at_end = path.at(in.end);
    const Mismatches found = mismatches(path, in);
    for (int k = 0; k <= last; ++k) {
      if (found[static_cast<size_t>(k)] <= kMismatch * size_of(in, k)) continue;
      const double jump = jump_in(path, in, k);
      if (jump == 0) continue;
      c.fail(
          fmt::format("it declares {} continuous derivatives, but within its domain {} jumps by {:.3g}. "
                      "Hint: smoothness = {}",
                      c.smoothness() == kSmooth ? "all" : fmt::to_string(c.smoothness()),
                      k == 0 ? "its value" : fmt::format("derivative {}", k), jump, k - 1));
    }
  }
}

// The values of every element near one end of its domain, operands by turns at the lower and the upper one.
std::vector<Tensor> near_ends(const DrawnCase& c, bool lower) {
  std::vector<Tensor> xs = c.other_operands(lower ? 2 : 3);
  for (const size_t i : c.values()) {
    const Operand& like = c.described()[i];
    if (like.dominant) continue;  // the ends of its elements' domain are not matrices of its own
    const bool low = lower == (i % 2 == 0);
    const double share = 0.05, end = low ? like.low : like.high;
    xs[i] = add(mul(sub(xs[i], full({}, end, DType::f64)), share), end);
  }
  return xs;
}

}  // namespace

void check_smoothness(const DrawnCase& c) {
  if (c.info().kind == Kind::linear || c.smoothness() < 0 || c.output_shape().size() == 0) return;
  check_path(c, Path(c, near_ends(c, true), near_ends(c, false)));
  check_path(c, Path(c, c.operands(), c.other_operands(1)));
}

}  // namespace gradzoo::detail
