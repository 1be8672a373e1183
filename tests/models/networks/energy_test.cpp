#include "gradzoo/models/networks/energy.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

const EnergyOptions kOptions{.hidden = {7, 5}, .input_scale = 2.5, .confinement = 1.5};

EnergyNetwork network_of(const EnergyOptions& options, Rng& rng) {
  return EnergyNetwork(3, options, rng, DType::f64);
}

}  // namespace

TEST_CASE("the confinement is added once and the input scale multiplies x") {
  Rng a(1, "init"), b(1, "init"), c(1, "init");
  const EnergyNetwork network = network_of(kOptions, a);
  EnergyOptions plain = kOptions;
  plain.confinement = 0;
  const EnergyNetwork free = network_of(plain, b);
  plain.input_scale = 1;
  const EnergyNetwork unscaled = network_of(plain, c);
  const Tensor x = wave({4, 3});
  const Tensor f = network.log_density(x);
  CHECK(f.shape() == Shape{4});
  CHECK(network.forward(x).shape() == Shape{4, 1});
  CHECK(max_error(f, (free.log_density(x) - sum(square(x), 1) / 4.5).to_vector()) < 1e-12);
  CHECK(max_error(free.log_density(x), unscaled.log_density(x * 2.5).to_vector()) < 1e-12);
  Rng d(1, "init");
  plain.output_scale = 3;
  CHECK(max_error(network_of(plain, d).log_density(x), (unscaled.log_density(x) * 3.0).to_vector()) < 1e-12);
}

TEST_CASE("the score is the slope of f, row by row, for every smooth activation") {
  for (const char* activation : {"silu", "tanh", "softplus", "gelu"}) {
    CAPTURE(activation);
    EnergyOptions options = kOptions;
    options.activation = activation;
    Rng rng(1, "init");
    const EnergyNetwork network = network_of(options, rng);
    const Tensor x = wave({5, 3});
    const Tensor score = network.score(x);
    CHECK(score.shape() == x.shape());
    CHECK(!score.requires_grad());
    const double h = 1e-6;
    for (int64_t axis = 0; axis < 3; ++axis) {
      const Tensor step = slice(eye(3, DType::f64), 0, axis, axis + 1) * h;
      const std::vector<double> slope =
          ((network.log_density(x + step) - network.log_density(x - step)) / (2 * h)).to_vector();
      for (size_t row = 0; row < 5; ++row)
        CHECK(std::abs(score.to_vector()[3 * row + static_cast<size_t>(axis)] - slope[row]) < 1e-7);
    }
  }
}

TEST_CASE("under create_graph an objective of the score has gradients in the weights and in x") {
  Rng rng(1, "init");
  const EnergyNetwork network = network_of(kOptions, rng);
  Tensor weight = network.named_parameters()[0].tensor;
  Tensor x = wave({5, 3}).requires_grad_();
  const auto objective = [&](bool create_graph) { return sum(square(network.score(x, create_graph))); };
  Tensor by_weight, by_x;
  {
    const Tape tape;
    const Tensor loss = objective(true);
    const Tensors both = grad(loss, std::vector<Tensor>{weight, x});
    by_weight = both[0].detach();
    by_x = both[1].detach();
  }
  const double h = 1e-6;
  for (Tensor* leaf : {&weight, &x}) {
    const std::vector<double> got = (leaf == &weight ? by_weight : by_x).to_vector();
    for (int64_t i = 0; i < leaf->size(); i += 4) {
      double& value = leaf->mutable_data<double>()[i];
      const double before = value;
      value = before + h;
      const double above = objective(false).item();
      value = before - h;
      const double below = objective(false).item();
      value = before;
      CHECK(std::abs(got[static_cast<size_t>(i)] - (above - below) / (2 * h)) < 1e-6);
    }
  }
}

TEST_CASE("the score records into no tape unless a graph is asked for") {
  Rng rng(1, "init");
  const EnergyNetwork network = network_of(kOptions, rng);
  const Tape tape;
  const int64_t before = tape.size();
  network.score(wave({2, 3}));
  CHECK(tape.size() == before);
  network.score(wave({2, 3}), true);
  CHECK(tape.size() > before);
}

TEST_CASE("an energy network refuses what does not fit it") {
  Rng rng(1, "init");
  const EnergyNetwork network = network_of(kOptions, rng);
  check_refused("inputs are (2,4) instead of (B,3)", [&] { network.log_density(zeros({2, 4}, DType::f64)); });
  check_refused("input_scale 0", [&] { EnergyNetwork(2, {.input_scale = 0}, rng); });
  check_refused("confinement -1", [&] { EnergyNetwork(2, {.confinement = -1}, rng); });
}
