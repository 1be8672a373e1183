#include "autograd/ops/quadratic_power.h"

#include <cmath>

namespace gradzoo::ops {
namespace {

// sqrt(q), without overflow, and without cancellation where q is small.
double root_of(Quadratic q, double x) {
  switch (q) {
    case Quadratic::one_plus:
      return std::hypot(1.0, x);
    case Quadratic::one_minus:
      return std::sqrt((1 - x) * (1 + x));
    case Quadratic::minus_one:
      return std::sqrt(x - 1) * std::sqrt(x + 1);
  }
  return 0;
}

}  // namespace

void QuadraticPower::forward(Inputs in, Tensor& out) const {
  forward_each(
      [*this](double x) {
        const double root = root_of(q, x);
        if (!times_x) return std::pow(root, k);
        const double ratio = std::isinf(root) ? std::copysign(1.0, x) : x / root;
        return ratio * std::pow(root, k + 1);
      },
      in, out);
}

// x^2 is eliminated by q, so that no power of x grows beside a power of q that vanishes.
void QuadraticPower::vjp(Vjp& v, const Tensor& g) const {
  const Tensor& x = v.in(0);
  if (!times_x) {
    const double slope = q == Quadratic::one_minus ? -k : k;
    return v.give(0, mul(g, mul(apply(QuadraticPower(q, k - 2, true), x), slope)));
  }
  const double below = q == Quadratic::minus_one ? k : -k;
  const Tensor same = mul(apply(QuadraticPower(q, k), x), k + 1.0);
  v.give(0, mul(g, add(same, mul(apply(QuadraticPower(q, k - 2), x), below))));
}

std::vector<OpCase<QuadraticPower>> QuadraticPower::cases() {
  std::vector<OpCase<QuadraticPower>> cases = unary_cases<QuadraticPower>({});
  for (const int power : {-1, -2, -3}) {
    for (const bool with_x : {false, true}) {
      const auto add = [&](Quadratic quadratic, double low, double high) {
        cases.push_back(
            {QuadraticPower(quadratic, power, with_x), {{.shape = {3}, .low = low, .high = high}}});
      };
      add(Quadratic::one_plus, -2, 2);
      add(Quadratic::one_minus, -0.75, 0.75);
      add(Quadratic::minus_one, 1.5, 3);
    }
  }
  return cases;
}

}  // namespace gradzoo::ops
