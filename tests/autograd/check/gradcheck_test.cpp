#include "gradzoo/autograd/check/gradcheck.h"

#include <cmath>
#include <limits>
#include <sstream>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

Tensor point(const std::vector<double>& values) {
  return tensor(values, {static_cast<int64_t>(values.size())}, DType::f64);
}

// y = sin x by a rule that each test chooses.
template <auto rule>
struct RuledSine {
  static constexpr const char* name = "ruled_sine";
  static constexpr const char* formula = "y = sin x";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    for (int64_t i = 0; i < out.size(); ++i)
      out.mutable_data<double>()[i] = std::sin(in[0].data<double>()[i]);
  }
  void vjp(Vjp& v, const Tensor& g) const { rule(v, g); }
};

constexpr auto kRight = [](Vjp& v, const Tensor& g) { v.give(0, mul(g, cos(v.in(0)))); };
constexpr auto kWrongFirst = [](Vjp& v, const Tensor& g) { v.give(0, mul(g, sin(v.in(0)))); };
constexpr auto kDetached = [](Vjp& v, const Tensor& g) { v.give(0, mul(g, cos(v.in(0).detach()))); };
constexpr auto kSilent = [](Vjp&, const Tensor&) {};
constexpr auto kThirdWrong = [](Vjp& v, const Tensor& g) {
  // cos x = cos c - sin(c) (x - c) + ... at c = x: value and slope are right, the curvature is lost.
  const Tensor c = v.in(0).detach();
  v.give(0, mul(g, sub(cos(c), mul(sin(c), sub(v.in(0), c)))));
};

template <auto rule>
Tensor ruled(const Tensor& x) {
  return apply<RuledSine<rule>>(x);
}

// As kRight, but the rule on raw buffers forgets the factor.
struct FastWrong : RuledSine<kRight> {
  static constexpr const char* name = "fast_wrong";
  void vjp_fast(Vjp& v, const Tensor& g) const { v.give(0, g); }
};

}  // namespace

TEST_CASE("right derivatives pass at every order") {
  const Tensor x = point({0.3, -1.2, 2.5});
  const GradcheckResult result = check_order([](const Tensor& t) { return ruled<kRight>(t); }, x, 4);
  CHECK_MESSAGE(result.ok, result.message);
  CHECK(result.order == 4);
  CHECK(result.worst_error < 1e-8);
  // (3 outputs x 3 inputs) + 3 x 6 + 6 x 9 + 9 x 15
  CHECK(result.compared == 9 + 18 + 54 + 135);
  CHECK_NOTHROW(result.or_throw());
}

TEST_CASE("a plain function is checked by its name") {
  CHECK(gradcheck(ruled<kRight>, point({0.3})).ok);
  CHECK_FALSE(gradcheck(&ruled<kWrongFirst>, point({0.3})).ok);
}

TEST_CASE("functions of several tensors, shapes and constants pass") {
  const std::vector<Tensor> inputs = {tensor({1, 2, 3, 4, 5, 6}, {2, 3}, DType::f64), point({0.5, -1, 2}),
                                      scalar(1.5, DType::f64), tensor({1, 0, 1}, {3}, DType::u8)};
  const auto f = [](std::span<const Tensor> xs) {
    return mul(where(xs[3], mul(xs[0], xs[1]), exp(xs[1])), square(xs[2]));
  };
  for (const int order : {1, 2, 3}) CHECK(check_order(f, inputs, order).message == "");
  CHECK(gradcheck(f, inputs, {.directions = 3}).ok);
  CHECK(gradgradcheck(f, inputs, {.directions = 3}).ok);
  CHECK(gradgradcheck(f, inputs, {.directions = 3}).compared == 3 * 4);  // three values and grad_output
}

TEST_CASE("a function that returns several tensors is checked in each, at every order") {
  const auto both = [](const Tensor& x) { return Tensors{ruled<kRight>(x), sum(square(x))}; };
  const Tensor x = point({0.3, -1.2});
  CHECK(gradcheck(both, x).compared == 3 * 2);
  CHECK_MESSAGE(check_order(both, x, 3).ok, check_order(both, x, 3).message);
  const auto wrong = [](std::span<const Tensor> xs) {
    return Tensors{square(xs[0]), ruled<kWrongFirst>(xs[1])};
  };
  const std::vector<Tensor> inputs = {x, x};
  const std::string message = gradcheck(wrong, inputs).message;
  check_says(message, {"d output 1[", "input 1["});
  const auto one_unused = [](std::span<const Tensor> xs) { return Tensors{square(xs[0]), sin(xs[0])}; };
  CHECK(contains(gradcheck(one_unused, inputs).message, "input 1 is not used"));
  CHECK(contains(gradcheck([](const Tensor&) { return Tensors(); }, x).message, "returned no f64 tensor"));
}

TEST_CASE("a result prints itself, by streams and by fmt") {
  std::ostringstream text;
  text << check_order([](const Tensor& x) { return square(x); }, point({0.3}), 2);
  CHECK(contains(text.str(), "ok: 3 derivatives up to order 2, worst error "));
  const GradcheckResult failed = gradcheck(&ruled<kWrongFirst>, point({0.3}));
  CHECK(fmt::format("{}", failed) == "failed: " + failed.message);
}

TEST_CASE("a function of no element, or one that may ignore an input, passes") {
  CHECK(check_order([](const Tensor& x) { return exp(x); }, zeros({0}, DType::f64), 2).ok);
  CHECK(check_order([](const Tensor& x) { return x; }, point({1, 2}), 3).ok);
  const GradcheckOptions options{.allow_unused = true};
  CHECK(check_order([](const Tensor&) { return ones({2}, DType::f64); }, point({1, 2}), 2, options).ok);
  const std::vector<Tensor> inputs = {point({1, 2}), point({3})};
  CHECK(check_order([](std::span<const Tensor> xs) { return square(xs[1]); }, inputs, 3, options).ok);
}

TEST_CASE("an input that the function ignores fails, at every order, with its number") {
  const Tensor captured = point({1, 2});
  const std::vector<Tensor> inputs = {point({3, 4}), point({1, 2})};
  const auto f = [&](std::span<const Tensor> xs) { return xs[0] * square(captured); };
  const GradcheckResult result = gradcheck(f, inputs, {.name = "scaled"});
  CHECK_FALSE(result.ok);
  CHECK(result.order == 1);
  check_says(result.message,
             {"scaled, order 1: input 1 is not used", "Hint: read the argument", "allow_unused = true"});
  CHECK_FALSE(gradgradcheck(f, inputs).ok);
  CHECK_FALSE(gradcheck(f, inputs, {.directions = 2}).ok);
  const auto in_vain = [&](std::span<const Tensor> xs) {
    square(xs[1]);  // recorded, and not on the way to what is returned
    return f(xs);
  };
  CHECK(contains(gradcheck(in_vain, inputs).message, "input 1 is not used"));
  CHECK(gradcheck([](const Tensor&) { return ones({2}, DType::f64); }, point({1, 2}))
            .message.starts_with("f, order 1: input 0 is not used"));
}

TEST_CASE("an input whose derivative is 0 is used: a leaf that is read, an index, an empty one") {
  CHECK(check_order([](const Tensor& x) { return x * 0.0; }, point({1, 2}), 2).ok);
  const auto hardly = [](const Tensor& x) { return full({2}, 1 + 1e-8 * x.to_vector()[0], DType::f64); };
  CHECK(gradcheck(hardly, point({1, 2})).ok);  // read, with a slope within the tolerance
  const std::vector<Tensor> inputs = {point({1, 2}), zeros({0}, DType::f64), tensor({1}, {1}, DType::i64)};
  CHECK(gradcheck([](std::span<const Tensor> xs) { return square(xs[0]); }, inputs).ok);
  CHECK(gradgradcheck([](const Tensor& x) { return x * 3.0; }, point({1, 2})).ok);  // the gradient ignores x
}

TEST_CASE("a wrong first derivative is found, with its order, place and both values") {
  const GradcheckResult result = gradcheck([](const Tensor& x) { return ruled<kWrongFirst>(x); },
                                           point({0.3, 2.5}), {.name = "my sine"});
  CHECK_FALSE(result.ok);
  CHECK(result.order == 1);
  // The worst element: sin(2.5) where cos(2.5) is right.
  CHECK(result.analytic == approx(std::sin(2.5)));
  CHECK(result.numeric == approx(std::cos(2.5)));
  check_says(result.message, {"my sine, order 1: d output[1] / d input 0[1] of (2)",
                              "analytic 0.598472144, numeric -0.801143616"});
  CHECK_THROWS_WITH_AS(result.or_throw(), ("gradcheck: " + result.message).c_str(), Error);
}

TEST_CASE("random directions find a wrong derivative too") {
  Rng rng(1);
  const Tensor x = randn({50, 20}, rng, DType::f64);
  const GradcheckResult result =
      gradcheck([](const Tensor& t) { return ruled<kWrongFirst>(t); }, x, {.directions = 1});
  CHECK_FALSE(result.ok);
  CHECK_MESSAGE(contains(result.message, "a random direction of input 0 (50,20)"), result.message);
}

TEST_CASE("a wrong second derivative under a right first one is found at order 2") {
  const auto f = [](const Tensor& x) { return ruled<kDetached>(x); };
  CHECK(gradcheck(f, point({0.3, 2.5})).ok);
  const GradcheckResult result = gradgradcheck(f, point({0.3, 2.5}));
  CHECK_FALSE(result.ok);
  CHECK(result.order == 2);
  CHECK_MESSAGE(contains(result.message, "order 2: d the gradient of input 0["), result.message);
  CHECK(check_order(f, point({0.3, 2.5}), 5).order == 2);
}

TEST_CASE("a wrong third derivative under two right ones is found at order 3") {
  const auto f = [](const Tensor& x) { return ruled<kThirdWrong>(x); };
  CHECK(check_order(f, point({0.3, 2.5}), 2).ok);
  const GradcheckResult result = check_order(f, point({0.3, 2.5}), 3);
  CHECK_FALSE(result.ok);
  CHECK(result.order == 3);
}

TEST_CASE("a rule that forgets an input is found") {
  const GradcheckResult result = gradcheck([](const Tensor& x) { return ruled<kSilent>(x); }, point({0.3}));
  CHECK_FALSE(result.ok);
  CHECK_MESSAGE(contains(result.message, "analytic 0, numeric 0.955336"), result.message);
}

TEST_CASE("detaching inside the function is found") {
  const auto f = [](const Tensor& x) { return mul(x.detach(), x); };
  CHECK_FALSE(gradcheck(f, point({2})).ok);
  CHECK_FALSE(gradcheck([](const Tensor& x) { return exp(x.detach()); }, point({2})).ok);
}

TEST_CASE("vjp_fast that differs from vjp is found") {
  const GradcheckResult result = gradcheck([](const Tensor& x) { return apply<FastWrong>(x); }, point({0.3}));
  CHECK_FALSE(result.ok);
  CHECK_MESSAGE(contains(result.message, "make vjp_fast and vjp agree"), result.message);
}

TEST_CASE("a kink at the point fails, even where the convention is the mean of both slopes") {
  const auto f = [](const Tensor& x) { return maximum(x, zeros_like(x)); };
  CHECK(gradcheck(f, point({0.7, -0.1})).ok);
  const GradcheckResult result = gradcheck(f, point({0.7, 0.0}));
  CHECK_FALSE(result.ok);
  check_says(result.message,
             {"d output[1] / d input 0[1] of (2)", "the slope jumps there by 1. Hint: check elsewhere"});
  CHECK_FALSE(gradcheck([](const Tensor& x) { return abs(x); }, point({0.0})).ok);
  // x |x| has no second derivative at 0.
  CHECK_FALSE(gradgradcheck([](const Tensor& x) { return mul(x, abs(x)); }, point({0.0})).ok);
}

TEST_CASE("curvature is not taken for a kink") {
  CHECK(check_order([](const Tensor& x) { return cos(mul(x, 300.0)); }, point({0.0}), 2).ok);
  CHECK(gradcheck([](const Tensor& x) { return mul(square(x), 1e5); }, point({0.0})).ok);
}

TEST_CASE("f32 is refused with the reason") {
  const Tensor x = ones({2});
  CHECK_THROWS_WITH_AS(static_cast<void>(gradcheck([](const Tensor& t) { return exp(t); }, x)),
                       "gradcheck of f: input 0 is f32, where finite differences have errors of 1e-3. Hint: "
                       "pass cast(x, DType::f64)",
                       Error);
  CHECK_THROWS_AS(static_cast<void>(gradcheck([](const Tensor& t) { return exp(t); }, Tensor())), Error);
}

TEST_CASE("a function that draws random numbers fails as such") {
  Rng rng(1);
  const auto f = [&](const Tensor& x) { return mul(x, randn_like(x, rng)); };
  const GradcheckResult result = gradcheck(f, point({1, 2}));
  CHECK_FALSE(result.ok);
  CHECK_MESSAGE(contains(result.message, "two calls with the same inputs gave different results"),
                result.message);
}

TEST_CASE("values and derivatives that are not finite fail, never pass by comparing NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(gradcheck([](const Tensor& x) { return exp(x); }, point({1, nan})).ok);
  CHECK_FALSE(gradcheck([](const Tensor& x) { return log(x); }, point({-1})).ok);
  const GradcheckResult result = gradcheck([](const Tensor& x) { return sqrt(x); }, point({0}));
  CHECK_FALSE(result.ok);
  CHECK_MESSAGE(contains(result.message, "the gradient of input 0[0] is inf"), result.message);
}

TEST_CASE("an error inside the function is a failure that the message repeats") {
  const auto f = [](const Tensor& x) { return add(x, ones({3}, DType::f64)); };
  const GradcheckResult result = gradcheck(f, point({1, 2}));
  CHECK_FALSE(result.ok);
  CHECK_MESSAGE(contains(result.message, "f, order 1: add"), result.message);
}

TEST_CASE("a derivative far steeper than the step is still measured") {
  CHECK(check_order([](const Tensor& x) { return sin(mul(x, 300.0)); }, point({0.3, 0.4}), 2).ok);
  CHECK(check_order([](const Tensor& x) { return log(x); }, point({1e-3}), 2).ok);
  CHECK(gradcheck([](const Tensor& x) { return square(x); }, point({1e6, -1e-6})).ok);
}
