#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "models/rbm_twin.h"
#include "support/approx.h"
#include "support/take_over.h"

namespace gradzoo {
namespace {

Tensor two_patterns() { return tensor({1, 1, 0, 0, 0, 0, 1, 1}, {2, 4}); }

double likelihood(const RbmLayer& layer) {
  const NoGrad quiet;
  return -mean(layer.free_energy(two_patterns())).item() - exact_log_partition(layer);
}

TEST_CASE("Every kind of chains, centred or not, raises the likelihood of two patterns") {
  for (const RbmChains chains : {RbmChains::data, RbmChains::persistent, RbmChains::exact}) {
    for (const bool centred : {false, true}) {
      CAPTURE(name_of(kRbmChains, chains));
      CAPTURE(centred);
      Rng rng(2);
      RbmLayer layer(4, 6, rng);
      RbmLearning learning(layer, {.chains = chains, .centred = centred}, {}, 3);
      learning.begin_at(full({4}, 0.5));
      const double before = likelihood(layer);
      for (int step = 0; step < 1500; ++step) learning.step(two_patterns(), 0.03);
      CHECK(before == approx(-4 * std::log(2.0)).epsilon(0.01));
      CHECK(likelihood(layer) > -1.2);  // optimum -log 2 = -0.69
    }
  }
}

TEST_CASE("It begins at the log odds of the data's means, kept within a thousandth") {
  Rng rng(2);
  RbmLayer layer(3, 2, rng);
  RbmLearning learning(layer, {}, {}, 3);
  learning.begin_at(tensor({0, 0.5, 0.9}, {3}));
  const std::vector<double> bias = layer.visible_bias().to_vector();
  CHECK(bias[0] == approx(std::log(0.001 / 0.999)).epsilon(1e-4));
  CHECK(bias[1] == approx(0).scale(1));
  CHECK(bias[2] == approx(std::log(9.0)).epsilon(1e-5));
}

TEST_CASE("Weight decay adds to the gradient of the weights alone") {
  Rng rng(2), data_rng(5);
  const Tensor x = bernoulli(full({8, 4}, 0.3), data_rng), y = bernoulli(full({8, 4}, 0.6), data_rng);
  RbmLayer plain(4, 3, rng);
  rng.set_draw(0);
  RbmLayer decayed(4, 3, rng);
  RbmLearning without(plain, {.centred = false}, {}, 3),
      with(decayed, {.centred = false, .weight_decay = 0.5}, {}, 3);
  without.write_gradient(x, y);
  with.write_gradient(x, y);
  const NoGrad quiet;
  CHECK(max(abs(decayed.weight().grad() - plain.weight().grad() - plain.weight() * 0.5)).item() < 1e-7);
  CHECK(max(abs(decayed.visible_bias().grad() - plain.visible_bias().grad())).item() == 0);
}

TEST_CASE("Steps are those of the formulas, draw by draw, whatever the chains") {
  constexpr double kRate = 0.2;
  for (const RbmChains chains : {RbmChains::data, RbmChains::persistent, RbmChains::exact})
    for (const bool centred : {false, true}) {
      CAPTURE(name_of(kRbmChains, chains));
      CAPTURE(centred);
      const RbmLearningOptions options{.chains = chains,
                                       .chain_steps = 3,
                                       .particles = 5,
                                       .centred = centred,
                                       .momentum = 0.7,
                                       .weight_decay = 0.01};
      Rng init(2), data_rng(5);
      RbmLayer layer(4, 3, init, DType::f64);
      RbmLearning learning(layer, options, {}, 3);
      test::RbmTwin twin(layer, options, 3, "rbm/chains");
      const Tensor means = tensor({0.3, 0.9, 0.5, 0.2}, {4}, DType::f64);
      learning.begin_at(means);
      twin.begin_at(means);
      for (int step = 0; step < 4; ++step) {
        const Tensor x = bernoulli(broadcast_to(means, {6 + step, 4}), data_rng);
        const RbmLearning::Step found = learning.step(x, kRate);
        const test::RbmTwin::Step wanted = twin.step(x, kRate);
        CHECK(found.f_data == approx(wanted.f_data).epsilon(1e-12));
        CHECK(found.grad_norm == approx(wanted.grad_norm).epsilon(1e-12));
        if (chains != RbmChains::exact) CHECK(found.f_sample == approx(wanted.f_sample).epsilon(1e-12));
      }
      twin.check_equal(layer, 1e-13);
      State state;
      learning.add_to(state, "rbm");
      const auto is = [&](const char* name, const Tensor& wanted) {
        const State::Entry* entry = state.find(name);
        REQUIRE(entry != nullptr);
        CHECK(max(abs(std::get<Tensor>(entry->target) - wanted)).item() < 1e-13);
      };
      is("rbm.visible_mean", twin.mu);
      is("rbm.hidden_mean", twin.lambda);
      if (chains == RbmChains::persistent) is("rbm.chains", twin.chains);
    }
}

TEST_CASE("What it was is in its State: another that takes it over goes on as the first would") {
  for (const RbmChains chains : {RbmChains::data, RbmChains::persistent, RbmChains::exact}) {
    CAPTURE(name_of(kRbmChains, chains));
    struct Run {
      Rng init{2};
      RbmLayer layer{4, 3, init};
      RbmLearning learning;
      State state;
      explicit Run(RbmChains chains) : learning(layer, {.chains = chains, .particles = 5}, {}, 3) {
        learning.learner().add_to(state);
        learning.add_to(state, "rbm");
        learning.begin_at(full({4}, 0.4));
      }
      void steps(int n) {
        for (int i = 0; i < n; ++i) learning.step(two_patterns(), 0.1);
      }
    };
    Run whole(chains), first(chains), second(chains);
    whole.steps(7);
    first.steps(4);
    second.steps(1);
    test::take_over(first.state, second.state);
    second.steps(3);
    CHECK(second.state.bytes() == whole.state.bytes());
  }
}

TEST_CASE("What it reports of F is the layer's free energy of the batch") {
  Rng rng(2);
  RbmLayer layer(4, 3, rng);
  const double f = mean(layer.free_energy(two_patterns())).item();
  RbmLearning learning(layer, {.chains = RbmChains::data}, {}, 3);
  const RbmLearning::Step step = learning.step(two_patterns(), 0.1);
  CHECK(step.f_data == approx(f).epsilon(1e-6));
  CHECK(std::isfinite(step.f_sample));
}

TEST_CASE("A step whose gradient is not finite changes neither parameters nor chains") {
  Rng rng(2);
  RbmLayer layer(4, 3, rng);
  RbmLearning learning(layer, {}, {}, 3);
  State state;
  learning.learner().add_to(state);
  learning.add_to(state, "rbm");
  const auto tensors = [&] {
    std::vector<std::byte> bytes;
    for (const State::Entry& entry : state.entries()) {
      if (!std::holds_alternative<Tensor>(entry.target)) continue;
      const auto more = entry.bytes();
      bytes.insert(bytes.end(), more.begin(), more.end());
    }
    return bytes;
  };
  const auto before = tensors();
  CHECK_THROWS_AS(learning.step(full({2, 4}, NAN), 0.1), NonFinite);
  CHECK(tensors() == before);
}

}  // namespace
}  // namespace gradzoo
