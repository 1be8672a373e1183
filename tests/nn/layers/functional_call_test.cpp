#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/layers/module.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

const MlpOptions kTanhNet{.activation = "tanh", .linear = {.dtype = DType::f64}};

// y = w x + w t, w registered twice; s is a buffer.
struct Tied : Module {
  Tensor w = tensor({3}, {1}, DType::f64), s = tensor({10}, {1}, DType::f64);
  Tied() {
    register_parameter("first", w);
    register_parameter("second", w);
    register_buffer("s", s);
  }
  Tensor forward_all(std::span<const Tensor> in) const override { return w * in[0] + w * in[1] + s; }
};

}  // namespace

TEST_CASE("a module computes what another one with those parameters computes") {
  Rng rng(1);
  const Mlp net({3, 5, 2}, rng, kTanhNet), other({3, 5, 2}, rng, kTanhNet);
  const Tensor x = randn({4, 3}, rng, DType::f64);
  const Doubles before = net(x).to_vector();
  CHECK(functional_call(net, other.parameters(), x).to_vector() == other(x).to_vector());
  CHECK(functional_call(net, other.named_parameters(), x).to_vector() == other(x).to_vector());
  CHECK(net(x).to_vector() == before);
}

TEST_CASE("gradients in the parameters are those that backward() gives the module of these values") {
  Rng rng(2);
  const Mlp net({3, 5, 2}, rng, kTanhNet), other({3, 5, 2}, rng, kTanhNet);
  const Tensor x = randn({4, 3}, rng, DType::f64);
  const Tape tape;
  backward(sum(square(other(x))), other.parameters());
  const std::vector<Tensor> own = other.parameters();
  std::vector<Tensor> given;
  for (const Tensor& p : own) given.push_back(p.detach().requires_grad_());
  const Tensors g = grad(sum(square(functional_call(net, given, x))), given);
  for (size_t i = 0; i < own.size(); ++i) CHECK(g[i].to_vector() == own[i].grad().to_vector());
}

// Differentiated through a step of gradient descent, as MAML does: L(w - a L'(w)) for L(w) = (w x)^2/2 has
// the derivative (1 - a x^2) x^2 (w - a x^2 w).
TEST_CASE("a step of descent can itself be differentiated") {
  Rng rng(3);
  Linear net(1, 1, rng, {.bias = false, .dtype = DType::f64});
  const double w = 2, x = 0.5, a = 0.3;
  net.weight().mutable_data<double>()[0] = w;
  const Tensor input = tensor({x}, {1, 1}, DType::f64);
  const auto loss = [&](const Tensor& y) { return sum(square(y)) * 0.5; };
  const Tape tape;
  const Tensor step = grad(loss(net(input)), net.weight(), {.create_graph = true});
  const std::vector<Tensor> moved = {net.weight() - step * a};
  const double found = grad(loss(functional_call(net, moved, input)), net.weight()).item();
  CHECK(found == approx((1 - a * x * x) * x * x * (w - a * x * x * w)).epsilon(1e-14));
}

TEST_CASE("a tied parameter is one tensor, and several inputs and buffers have their names") {
  const Tied net;
  const Tensor x = scalar(1, DType::f64), t = scalar(2, DType::f64), w = tensor({5}, {1}, DType::f64);
  const Tensor inputs[] = {x, t};
  CHECK(functional_call(net, std::vector{w}, inputs).item() == 25);
  CHECK(functional_call(net, std::vector<NamedTensor>{{"second", w}}, inputs).item() == 25);
  CHECK(functional_call(net, std::vector<NamedTensor>{{"s", w}}, inputs).item() == 14);
  CHECK(functional_call(net, std::vector<NamedTensor>{}, inputs).item() == 19);
  check_refused("'second' is given twice", [&] {
    functional_call(net, std::vector<NamedTensor>{{"first", w}, {"second", w}}, inputs);
  });
}

TEST_CASE("names and numbers that the module does not have are refused") {
  Rng rng(4);
  const Mlp net({2, 3}, rng);
  const Tensor x = ones({1, 2});
  check_refused("1 tensors for 2 parameters", [&] { functional_call(net, std::vector{ones({3, 2})}, x); });
  check_refused("no '0.weigth'. Hint: did you mean '0.weight'?", [&] {
    functional_call(net, std::vector<NamedTensor>{{"0.weigth", ones({3, 2})}}, x);
  });
  check_refused("f32 (2,3) stands for 0.weight(3,2)", [&] {
    functional_call(net, std::vector<NamedTensor>{{"0.weight", ones({2, 3})}}, x);
  });
}

}  // namespace gradzoo
