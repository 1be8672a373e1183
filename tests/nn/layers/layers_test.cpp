#include "gradzoo/nn/layers/layers.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo {
using namespace test;
namespace {

const LinearOptions kDouble{.dtype = DType::f64};

Strings names_of(const Module& module) {
  Strings names;
  for (const NamedTensor& p : module.named_parameters()) names.push_back(p.name);
  return names;
}

}  // namespace

TEST_CASE("Linear is x W' + b with W of (out, in)") {
  Rng rng(1);
  const Tensor x = randn({4, 3}, rng, DType::f64);
  Linear layer(3, 2, rng, kDouble);
  CHECK(layer.weight().shape() == Shape{2, 3});
  CHECK(layer.bias().shape() == Shape{2});
  const Doubles xs = x.to_vector(), w = layer.weight().to_vector(), b = layer.bias().to_vector();
  const Doubles y = layer.forward(x).to_vector();
  for (size_t i = 0; i < 4; ++i)
    for (size_t o = 0; o < 2; ++o) {
      double want = b[o];
      for (size_t k = 0; k < 3; ++k) want += xs[i * 3 + k] * w[o * 3 + k];
      CHECK(y[i * 2 + o] == approx(want).epsilon(1e-14));
    }
}

TEST_CASE("Linear starts as PyTorch's: weight and bias uniform within 1 / sqrt(in)") {
  Rng rng(2);
  Linear layer(16, 400, rng);
  for (const Tensor& p : {layer.weight(), layer.bias()}) {
    double largest = 0;
    for (double v : p.to_vector()) largest = std::max(largest, std::abs(v));
    CHECK(largest <= 0.25);
    CHECK(largest > 0.24);
  }
}

TEST_CASE("Linear takes an initialiser, and then a bias of zeros, or no bias") {
  Rng rng(3);
  const auto sevens = [](Tensor& w, Rng&) {
    for (int64_t i = 0; i < w.size(); ++i) w.mutable_data<float>()[i] = 7;
  };
  Linear layer(2, 2, rng, {.init = sevens});
  CHECK(layer.weight().to_vector() == Doubles(4, 7.0));
  CHECK(layer.bias().to_vector() == Doubles(2, 0.0));
  CHECK(rng.draw() == 0);
  Linear bare(2, 2, rng, {.bias = false});
  CHECK(names_of(bare) == Strings{"weight"});
  CHECK(bare.forward(zeros({1, 2})).to_vector() == Doubles{0, 0});
}

TEST_CASE("layer sizes run from the input over the hidden ones to the output") {
  CHECK(layer_sizes(3, std::vector<int64_t>{8, 9}, 2) == std::vector<int64_t>{3, 8, 9, 2});
  CHECK(layer_sizes(3, {}, 2) == std::vector<int64_t>{3, 2});
}

TEST_CASE("Linear without features is refused") {
  Rng rng(4);
  check_refused("Hint:", [&] { Linear(0, 2, rng); });
}

TEST_CASE("each activation is the function of its name") {
  const Doubles points = {-1.5, -0.2, 0.3, 2.0};
  const auto check = [&](const char* name, auto f) {
    const Doubles y = Activation(name).forward(tensor(points, {4}, DType::f64)).to_vector();
    for (size_t i = 0; i < points.size(); ++i) CHECK(y[i] == approx(f(points[i])).epsilon(1e-13));
  };
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  check("relu", [](double x) { return x > 0 ? x : 0; });
  check("leaky_relu", [](double x) { return x > 0 ? x : 0.01 * x; });
  check("elu", [](double x) { return x > 0 ? x : std::exp(x) - 1; });
  check("silu", [&](double x) { return x * logistic(x); });
  check("gelu", [](double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); });
  check("sigmoid", logistic);
  check("tanh", [](double x) { return std::tanh(x); });
  check("softplus", [](double x) { return std::log(1 + std::exp(x)); });
  check("identity", [](double x) { return x; });
  CHECK(activation_names().size() == 9);
}

TEST_CASE("an unknown activation is answered with the nearest name") {
  CHECK(error_message([] { Activation("rleu"); }) ==
        "'rleu' is not an activation. Hint: did you mean 'relu'?");
}

TEST_CASE("Sequential applies its modules in order and names them by number") {
  Rng rng(5);
  Sequential net;
  Linear& first = net.append<Linear>(3, 4, rng, kDouble);
  net.append<Activation>("tanh");
  Linear& last = net.append<Linear>(4, 1, rng, kDouble);
  CHECK(net.size() == 3);
  CHECK(names_of(net) == Strings{"0.weight", "0.bias", "2.weight", "2.bias"});
  const Tensor x = randn({5, 3}, rng, DType::f64);
  CHECK(net.forward(x).to_vector() == last.forward(tanh(first.forward(x))).to_vector());
}

TEST_CASE("an Mlp puts the activation between layers and the final one behind") {
  Rng rng(6);
  Mlp net({3, 5, 4, 2}, rng, {.activation = "softplus", .final_activation = "sigmoid", .linear = kDouble});
  REQUIRE(net.size() == 6);
  const Tensor x = randn({7, 3}, rng, DType::f64);
  const auto f = [&](size_t layer, const Tensor& h) { return net[2 * layer].forward(h); };
  const Tensor want = sigmoid(f(2, softplus(f(1, softplus(f(0, x))))));
  CHECK(net.forward(x).to_vector() == want.to_vector());
  CHECK(net.forward(x).shape() == Shape{7, 2});
  check_refused("Hint:", [&] { Mlp({3}, rng); });
}

TEST_CASE("the same seed makes the same network, another seed another") {
  const auto weights = [](uint64_t seed) {
    Rng rng(seed, "weights");
    const Mlp net({4, 8, 2}, rng);
    Doubles all;
    for (const NamedTensor& p : net.named_parameters()) {
      const Doubles values = p.tensor.to_vector();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  };
  CHECK(weights(1) == weights(1));
  CHECK(weights(1) != weights(2));
}

}  // namespace gradzoo
