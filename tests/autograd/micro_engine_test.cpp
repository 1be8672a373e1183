// Gradzoo's engine is the micro-engine and care: on random expressions they agree, to third order.
#include "autograd/micro_engine.h"

#include <random>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

using micro::Var;

constexpr int64_t kPoints = 4;  // where gradzoo evaluates an expression at once, the micro-engine by turns

struct MicroEngine {
  using Value = Var;
  static Var constant(double c) { return {c}; }
  static std::vector<Var> grad(Var y, const std::vector<Var>& xs) { return micro::grad(y, xs, true); }
};

struct GradzooEngine {
  using Value = Tensor;
  static Tensor constant(double c) { return scalar(c, DType::f64); }
  static std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs) {
    if (!y.requires_grad()) return std::vector<Tensor>(xs.size(), zeros({kPoints}, DType::f64));
    const Tensors found = gradzoo::grad(y, xs, {.grad_output = ones_like(y), .create_graph = true});
    return {found.begin(), found.end()};
  }
};

/// An expression of sixteen ops, each of two values made before it, that has moderate values everywhere.
template <class Engine>
auto random_expression(uint64_t seed, std::vector<typename Engine::Value> values) {
  std::mt19937_64 random(seed);
  const auto c = &Engine::constant;
  for (int op = 0; op < 16; ++op) {
    const auto a = values[random() % values.size()], b = values[random() % values.size()];
    const auto make = [&, which = random() % 8] {
      if (which == 0) return a + b;
      if (which == 1) return a - b * c(0.5);
      if (which == 2) return tanh(a) * b;
      if (which == 3) return a / (c(2) + b * b);
      if (which == 4) return sin(a * b);
      if (which == 5) return cos(a) - c(1.5);
      if (which == 6) return exp(tanh(a - b));
      return log(c(1) + a * a) * b;
    };
    values.push_back(make());
  }
  return tanh(values[16]) + sin(values[17]) * values[18];
}

/// The value and all derivatives to third order: 1 + 3 + 9 + 27 for three leaves.
template <class Engine, class Value = typename Engine::Value>
std::vector<Value> derivatives_to_third(uint64_t seed, const std::vector<Value>& leaves) {
  std::vector<Value> out = {random_expression<Engine>(seed, leaves)};
  for (size_t begin = 0, end = 1, order = 1; order <= 3; ++order, begin = end, end = out.size())
    for (size_t i = begin; i < end; ++i) {
      for (const Value& derivative : Engine::grad(out[i], leaves)) out.push_back(derivative);
    }
  return out;
}

}  // namespace

TEST_CASE("the micro-engine and gradzoo's agree to third order on random expressions") {
  double worst = 0, largest = 0;
  int varying = 0;  // third derivatives that are not 0
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random(seed + 1000);
    std::uniform_real_distribution<double> uniform(-1.5, 1.5);
    std::vector<double> numbers[3];
    std::vector<Tensor> leaves;
    for (std::vector<double>& x : numbers) {
      for (int64_t i = 0; i < kPoints; ++i) x.push_back(uniform(random));
      leaves.push_back(tensor(x, {kPoints}, DType::f64).requires_grad_());
    }
    const Tape tape;
    const std::vector<Tensor> found = derivatives_to_third<GradzooEngine>(seed, leaves);
    REQUIRE(found.size() == 40);
    for (size_t point = 0; point < kPoints; ++point) {
      micro::tape.clear();
      const std::vector<Var> at = {micro::leaf(numbers[0][point]), micro::leaf(numbers[1][point]),
                                   micro::leaf(numbers[2][point])};
      const std::vector<Var> expected = derivatives_to_third<MicroEngine>(seed, at);
      for (size_t k = 0; k < expected.size(); ++k) {
        const double value = expected[k].value;
        worst =
            std::max(worst, std::abs(found[k].to_vector()[point] - value) / std::max(1.0, std::abs(value)));
        largest = std::max(largest, std::abs(value));
        if (k >= 13 && value != 0) ++varying;
      }
    }
  }
  CAPTURE(largest);
  CHECK(worst < 1e-12);
  CHECK(varying > 5000);  // of 100 * 4 * 27
}

TEST_CASE("the micro-engine's gradient of a squared gradient is the one on paper") {
  // loss = (w x - t)^2, g = 2 x (w x - t), d(g^2)/dw = 2 g 2 x^2
  micro::tape.clear();
  const Var w = micro::leaf(0.7), x{3}, t{2};
  const Var loss = (w * x - t) * (w * x - t);
  const Var g = micro::grad(loss, {&w, 1}, true)[0];
  CHECK(g.value == approx(2 * 3 * 0.1).epsilon(1e-14));
  const size_t lines = micro::tape.size();
  CHECK(micro::grad(g * g, {&w, 1})[0].value == approx(4 * g.value * 9).epsilon(1e-14));
  CHECK(micro::tape.size() == lines + 1);  // g * g: a sweep without create_graph records nothing
}
