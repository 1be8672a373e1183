#include "gradzoo/autograd/check/nested_gradient.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/approx.h"

using namespace gradzoo;

namespace {

Tensors exp_of_twice(std::span<const Tensor> xs) { return {exp(mul(xs[0], 2.0))}; }

}  // namespace

TEST_CASE("the gradient of exp(2x) is 2 u exp(2x), and its own is (4 w u exp(2x), 2 w exp(2x))") {
  const Tensor x = tensor({0.5, 1}, {2}, DType::f64);
  Rng rng(1);
  const NestedGradient once(exp_of_twice, {&x, 1}, 1, rng);
  REQUIRE(once.arguments().size() == 2);
  CHECK(once.argument_name(1) == "grad_output");
  CHECK(once.output_name(0) == "the gradient of input 0");

  const auto exp_and_sine = [](std::span<const Tensor> xs) { return Tensors{exp(xs[0]), sin(xs[0])}; };
  const NestedGradient of_two(exp_and_sine, {&x, 1}, 1, rng);
  CHECK(of_two.argument_name(1) == "grad_output 0");
  CHECK(of_two.argument_name(2) == "grad_output 1");

  const NestedGradient twice(exp_of_twice, {&x, 1}, 2, rng);
  REQUIRE(twice.arguments().size() == 3);
  CHECK(twice.argument_name(2) == "grad_output of the gradient of input 0");
  CHECK(twice.output_name(1) == "the gradient of grad_output");
  const std::vector<Tensor> plain = twice.values(twice.arguments());
  REQUIRE(plain.size() == 2);
  const Tape tape;
  const std::vector<Tensor> leaves = NestedGradient::leaves(twice.arguments());
  const std::vector<Tensor> recorded = twice.recorded(leaves);
  for (size_t i = 0; i < 2; ++i) {
    const double u = twice.arguments()[1].data<double>()[i], w = twice.arguments()[2].data<double>()[i];
    const double y = std::exp(2 * x.data<double>()[i]);
    CHECK(plain[0].data<double>()[i] == approx(4 * w * u * y).epsilon(1e-12));
    CHECK(plain[1].data<double>()[i] == approx(2 * w * y).epsilon(1e-12));
    CHECK(recorded[0].data<double>()[i] == approx(4 * w * u * y).epsilon(1e-12));
  }
  CHECK(recorded[0].requires_grad());
  CHECK_FALSE(plain[0].requires_grad());
}

TEST_CASE("weights of nested gradients keep away from zero, so that no derivative hides behind one") {
  const Tensor x = zeros({1000}, DType::f64);
  Rng rng(1);
  const NestedGradient once(exp_of_twice, {&x, 1}, 1, rng);
  for (double u : once.arguments()[1].to_vector()) CHECK(std::abs(std::abs(u) - 1) <= 0.5);
}

TEST_CASE("what is an index or a mask stays constant") {
  const std::vector<Tensor> xs = {tensor({1, 2}, {2}, DType::f64), tensor({0, 1}, {2}, DType::u8)};
  Rng rng(1);
  const auto f = [](std::span<const Tensor> in) { return Tensors{where(in[1], in[0], neg(in[0]))}; };
  const NestedGradient once(f, xs, 1, rng);
  CHECK(once.values(once.arguments()).size() == 1);
}
