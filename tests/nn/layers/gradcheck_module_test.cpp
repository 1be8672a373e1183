#include "gradzoo/nn/layers/gradcheck_module.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

// y = x scale, whose rule gives the scale twice its gradient.
struct DoubledScale {
  static constexpr const char* name = "doubled_scale";
  static constexpr const char* formula = "y = x s;  dx = g s, ds = g x";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const {
    const double *x = in[0].data<double>(), *s = in[1].data<double>();
    std::transform(x, x + out.size(), s, out.mutable_data<double>(),
                   [](double a, double b) { return a * b; });
  }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
    if (v.needs(1)) v.give(1, mul(mul(g, v.in(0)), 2.0));
  }
};

struct Scale : Module {
  Tensor s = tensor({1, -2, 3}, {3}, DType::f64);
  bool wrong;
  explicit Scale(bool wrong) : wrong(wrong) { register_parameter("s", s); }
  Tensor forward(const Tensor& x) const override { return wrong ? apply<DoubledScale>(x, s) : mul(x, s); }
};

struct Net : Module {
  Scale first, second{false};
  Tensor idle = ones({2}, DType::f64);
  explicit Net(bool wrong, bool reads_idle) : first(wrong), reads_idle(reads_idle) {
    register_module("first", first);
    register_module("second", second);
    register_parameter("idle", idle);
  }
  bool reads_idle;
  Tensor forward(const Tensor& x) const override {
    const Tensor y = tanh(second(first(x)));
    return reads_idle ? sum(y) + sum(square(idle)) : sum(y);
  }
};

const Tensor kX = tensor({0.5, 0.25, -1}, {3}, DType::f64);

}  // namespace

TEST_CASE("every parameter of a right module moves, to second order") {
  Rng rng(1);
  const Mlp net({2, 3, 1}, rng, {.activation = "tanh", .linear = {.dtype = DType::f64}});
  const Tensor x = randn({2, 2}, rng, DType::f64);
  const GradcheckResult result = gradcheck(net, x);
  CHECK_MESSAGE(result.ok, result.message);
  CHECK(result.compared == 2 * (4 + 6 + 3 + 3 + 1));  // two outputs, the inputs and every parameter
  CHECK(check_order(net, x, 2).message == "");
  Conv2d conv(2, 3, 3, rng, {.conv = {.padding = 1}, .dtype = DType::f64});
  CHECK(gradgradcheck(conv, randn({1, 3, 3, 2}, rng, DType::f64), {.directions = 3}).message == "");
}

TEST_CASE("the parameter whose gradient is wrong is named by its path") {
  const GradcheckResult result = gradcheck(Net(true, true), kX);
  CHECK_FALSE(result.ok);
  check_says(result.message, "module, order 1: d output / d first.s[");
  CHECK(result.analytic == approx(2 * result.numeric));
  CHECK(gradcheck(Net(false, true), kX).message == "");
}

TEST_CASE("a parameter that nothing reads is named, unless that is allowed") {
  const Net net(false, false);
  const std::string message = gradcheck(net, kX).message;
  check_says(message, "idle is not used");
  CHECK(gradcheck(net, kX, {.allow_unused = true}).ok);
}

TEST_CASE("a module of f32 is refused by the parameter's name, and afterwards holds what it held") {
  Rng rng(2);
  const Linear f32(2, 2, rng);
  check_refused("gradcheck of module: weight is f32", [&] {
    (void)gradcheck(f32, ones({1, 2}, DType::f64));
  });
  const Linear net(2, 2, rng, {.dtype = DType::f64});
  const std::vector<double> before = net.parameters()[0].to_vector();
  CHECK(gradcheck(net, ones({1, 2}, DType::f64)).ok);
  CHECK(net.parameters()[0].to_vector() == before);
}

}  // namespace gradzoo
