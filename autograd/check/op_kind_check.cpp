#include "autograd/check/op_kind_check.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo::detail {
namespace {

constexpr double kRounding = 1e-10;  // what two ways to the same sum may differ by, relative
constexpr int64_t kDimensions = 3;   // of the x that operands depend on

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::linear:
      return "Kind::linear";
    case Kind::elementwise:
      return "Kind::elementwise";
    case Kind::bilinear:
      return "Kind::bilinear";
    case Kind::other:
      break;
  }
  return "Kind::other";
}

bool differ(double a, double b, double tolerance) {
  return !(std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)}));
}

// f(2 x - y / 2) = 2 f(x) - f(y) / 2, in the operands `moving` together; the others stay.
void check_linear_in(const DrawnCase& c, std::span<const size_t> moving, const std::string& in_what) {
  std::vector<Tensor> first = c.operands(), second = first, both = first;
  const std::vector<Tensor> other = c.other_operands(1);
  for (const size_t i : moving) {
    second[i] = other[i];
    both[i] = sub(mul(first[i], 2.0), mul(second[i], 0.5));
  }
  const std::vector<double> x = c.apply(first).to_vector(), y = c.apply(second).to_vector();
  const std::vector<double> mixed = c.apply(both).to_vector();
  for (size_t e = 0; e < x.size(); ++e) {
    const double expected = 2 * x[e] - y[e] / 2;
    if (!differ(mixed[e], expected, kRounding)) continue;
    c.fail(fmt::format("it declares {}, but{} f(2 x - y/2) is {} and 2 f(x) - f(y)/2 is {}",
                       name_of(c.info().kind), in_what, mixed[e], expected));
  }
}

// A third operand adds what is linear in it, whatever the first two are.
void check_bilinear(const DrawnCase& c) {
  if (c.values().size() < 2) c.fail("it declares Kind::bilinear, but does not have two value operands");
  std::vector<Tensor> without = c.operands();
  const bool has_bias = without.size() > 2;
  if (has_bias) {
    std::vector<Tensor> bias_alone = without, whole = without;
    without[2] = zeros_like(without[2]);
    for (const size_t i : std::array<size_t, 2>{0, 1}) bias_alone[i] = zeros_like(bias_alone[i]);
    const std::vector<double> sum_of_parts = add(c.apply(without), c.apply(bias_alone)).to_vector();
    const std::vector<double> y = c.apply(whole).to_vector();
    for (size_t e = 0; e < y.size(); ++e) {
      if (differ(y[e], sum_of_parts[e], kRounding))
        c.fail("it declares Kind::bilinear, but its third operand is not merely added");
    }
    return;
  }
  for (const size_t i : std::array<size_t, 2>{0, 1})
    check_linear_in(c, {&i, 1}, fmt::format(" in operand {}", i));
}

// An output element depends on one element of each operand: the one that broadcasting puts there.
void check_elementwise(const DrawnCase& c) {
  Tape tape;
  std::vector<Tensor> leaves = c.operands();
  for (const size_t i : c.values()) leaves[i] = leaves[i].clone().requires_grad_();
  const Tensor y = c.apply(leaves);
  if (!y.requires_grad()) return;
  for (int64_t row = 0; row < y.size(); ++row) {
    Tensor basis = zeros_like(y);
    basis.mutable_data<double>()[row] = 1;
    for (const size_t i : c.values()) {
      const std::vector<double> g =
          grad(y, leaves[i], {.grad_output = basis, .retain_graph = true}).to_vector();
      if (std::count_if(g.begin(), g.end(), [](double v) { return v != 0; }) > 1)
        c.fail(
            "it declares Kind::elementwise, but an output element depends on several elements of an operand");
    }
  }
}

Tensor leaf_of(const Tensor& x) { return x.detach().requires_grad_(); }

// The derivative of the sum, recorded; zeros where there is none.
Tensor slope(const Tensor& y, const Tensor& x) {
  if (!y.requires_grad()) return zeros_like(x);
  return grad(y, x, {.grad_output = ones_like(y), .create_graph = true});
}

/// The op's output summed with random weights, of operands that depend on x (1, kDimensions): at x = 0 they
/// are as drawn, and both their first and their second derivatives do not vanish.
class Embedded {
 public:
  Embedded(const DrawnCase& c, unsigned mask) : case_(c), weights_(c.weights()) {
    Rng rng(3, "embedding");
    for (size_t k = 0; k < c.values().size(); ++k) {
      if (((mask >> k) & 1u) == 0) continue;
      const size_t i = c.values()[k];
      const Shape rows{kDimensions, c.operands()[i].size()};
      moving_.push_back({i, randn(rows, rng, DType::f64), randn(rows, rng, DType::f64)});
    }
  }
  // (1, kDimensions) -> (1)
  Tensor operator()(const Tensor& x) const {
    std::vector<Tensor> xs = case_.operands();
    for (const Moving& m : moving_) {
      const Tensor shift = matmul(x, m.along) + matmul(square(x), m.bent);
      xs[m.operand] = xs[m.operand] + reshape(shift, xs[m.operand].shape());
    }
    return reshape(sum(case_.apply(xs) * weights_), {1});
  }

 private:
  struct Moving {
    size_t operand;
    Tensor along, bent;  // (kDimensions, elements)
  };
  const DrawnCase& case_;
  Tensor weights_;
  std::vector<Moving> moving_;
};

void compare_forward(const DrawnCase& c, const std::string& moving, std::string_view what,
                     const Tensor& carried, const Tensor& swept) {
  const std::vector<double> a = carried.to_vector(), b = swept.to_vector();
  for (size_t e = 0; e < a.size(); ++e) {
    if (!differ(a[e], b[e], 1e-8)) continue;
    c.fail(
        fmt::format("it declares {}, but with operands {} depending on x the {} carried forward is {:.9g}, "
                    "and by sweeps {:.9g}. Hint: state another kind, count axes from the end, define "
                    "`lifted` for sizes in attributes, or fix `slopes`",
                    name_of(c.info().kind), moving, what, a[e], b[e]));
  }
}

void check_forward_of(const DrawnCase& c, unsigned mask) {
  std::string moving;
  for (size_t k = 0; k < c.values().size(); ++k) {
    if ((mask >> k) & 1u) moving += fmt::format("{}{}", moving.empty() ? "" : ", ", c.values()[k]);
  }
  const Embedded f(c, mask);
  const Tensor x = zeros({1, kDimensions}, DType::f64);
  const Tensor h = reshape(hessian(f, x), {kDimensions, kDimensions});
  const Tensor laplacian = reshape(sum(h * eye(kDimensions, DType::f64)), {1});
  GradientAndLaplacian found;
  try {
    found = gradient_and_laplacian(f, x, {.method = TraceMethod::forward, .allow_kinks = true});
  } catch (const Error& error) {
    c.fail(fmt::format("it declares {}, but refuses operands with one more axis in front: {}",
                       name_of(c.info().kind), error.what()));
  }
  compare_forward(c, moving, "gradient", found.gradient, vjp(f, x, ones({1}, DType::f64)));
  compare_forward(c, moving, "Laplacian", found.laplacian, laplacian);
}

}  // namespace

void check_kind(const DrawnCase& c) {
  if (c.info().kind == Kind::linear) check_linear_in(c, c.values(), "");
  if (c.info().kind == Kind::bilinear) check_bilinear(c);
  if (c.info().kind == Kind::elementwise) check_elementwise(c);
}

void check_slopes(const DrawnCase& c) {
  if (c.info().slopes == nullptr) return;
  Tape tape;
  const Tensor x = leaf_of(c.operands()[0]);
  const Tensor first = slope(c.apply({&x, 1}), x), second = slope(first, x);
  const Tensor slopes = c.slopes(x);
  const Tensor expected = concat(unsqueeze(first, 0), unsqueeze(second, 0), 0);
  if (slopes.shape() != expected.shape()) {
    c.fail(fmt::format("its slopes have shape {}. Hint: stack f'(x) and f''(x), {}", slopes.shape().str(),
                       expected.shape().str()));
  }
  const std::vector<double> a = slopes.to_vector(), b = expected.to_vector();
  for (size_t e = 0; e < a.size(); ++e) {
    if (differ(a[e], b[e], 1e-9))
      c.fail(fmt::format("its slopes give {:.9g} for {}, and its vjp gives {:.9g}", a[e],
                         e < a.size() / 2 ? "f'" : "f''", b[e]));
  }
  if (c.smoothness() < 3) return;
  const std::vector<double> d = slope(slopes, x).to_vector(),
                            third = add(second, slope(second, x)).to_vector();
  for (size_t e = 0; e < d.size(); ++e) {
    if (differ(d[e], third[e], 1e-8))
      c.fail("its slopes lose their derivatives. Hint: write them in recorded ops");
  }
}

void check_forward_rules(const DrawnCase& c) {
  if (c.info().kind == Kind::other || c.output_shape().size() == 0) return;
  for (const Tensor& x : c.operands()) {
    if (x.rank() == kMaxRank) return;
  }
  for_each_choice(c, [&](unsigned mask) {
    for (size_t k = 0; k < c.values().size(); ++k) {
      if (((mask >> k) & 1u) != 0 && ((c.info().constants >> c.values()[k]) & 1u) != 0) return;
    }
    check_forward_of(c, mask);
  });
}

}  // namespace gradzoo::detail
