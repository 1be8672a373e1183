#include "gradzoo/models/dbn/dbn.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "models/rbm_twin.h"
#include "support/approx.h"
#include "support/small_model.h"
#include "support/take_over.h"

namespace gradzoo {
namespace {

std::unique_ptr<Dbn> stack_of(const std::vector<std::string>& assignments) {
  return test::small_model<Dbn>("dbn", assignments, test::toy_shape("bars-and-stripes"));
}

Examples patterns(int64_t n) {
  Rng rng(1, "dbn_test");
  return {make_toy("bars-and-stripes")->sample(n, rng), {}, arange(n, DType::i64)};
}

TEST_CASE("Each layer learns for its share of the steps, and the others stay as they are") {
  const auto model = stack_of({"hidden=6,5,4"});
  const Examples some = patterns(20);
  model->prepare(some);
  for (int64_t step = 0; step < 10; ++step) {
    std::vector<std::vector<double>> before, after;
    for (const auto& layer : model->layers()) before.push_back(layer->weight().to_vector());
    const auto row = test::step_on(*model, some.values, 0.1, step, 10);
    for (const auto& layer : model->layers()) after.push_back(layer->weight().to_vector());
    const size_t learns = static_cast<size_t>(step * 3 / 10);
    CHECK(row.at("layer_number") == static_cast<double>(learns + 1));
    for (size_t l = 0; l < 3; ++l) CHECK((before[l] != after[l]) == (l == learns));
  }
}

// Seven steps of two layers: four of the first, three of the second, each at a rate that falls to 0.
TEST_CASE("Each layer is a machine of its own on what is below it, at a rate that falls over its share") {
  constexpr double kRate = 0.2;
  const Examples some = patterns(20);
  for (const bool draws : {true, false}) {
    CAPTURE(draws);
    const auto model = stack_of({"hidden=6,5", "chains=persistent", "chain_steps=2", "particles=9", "seed=3",
                                 draws ? "upward=samples" : "upward=probabilities"});
    const RbmLearningOptions options{.chains = RbmChains::persistent, .chain_steps = 2, .particles = 9};
    test::RbmTwin below(*model->layers()[0], options, 3, "rbm/chains/layer1"),
        top(*model->layers()[1], options, 3, "rbm/chains/layer2");
    model->prepare(some);
    below.begin_at(mean(some.values, 0));
    Rng up(3, "dbn/up");
    for (int64_t step = 0; step < 7; ++step) {
      const auto row = test::step_on(*model, some.values, kRate, step, 7);
      const bool first = step < 4;
      const NoGrad quiet;
      if (step == 4) top.begin_at(below.lambda);  // at the means of the units that it learns
      const Tensor p = below.up(some.values);
      const auto wanted =
          first ? below.step(some.values, kRate * (1 - static_cast<double>(step) / 4))
                : top.step(draws ? bernoulli(p, up) : p, kRate * (1 - static_cast<double>(step - 4) / 3));
      CHECK(row.at("free_energy_nats") == approx(wanted.f_data).epsilon(1e-5));
      CHECK(row.at("layer_number") == (first ? 1 : 2));
    }
    below.check_equal(*model->layers()[0], 1e-5);
    top.check_equal(*model->layers()[1], 1e-5);
  }
}

TEST_CASE("What it was is in its State: another that takes it over goes on as the first would") {
  const Examples some = patterns(20);
  struct Run {
    std::unique_ptr<Dbn> model = stack_of({"hidden=6,5"});
    State state;
    explicit Run(const Examples& examples) {
      model->register_state(state);
      model->prepare(examples);
    }
  };
  Run whole(some), first(some), second(some);
  for (int64_t step = 0; step < 9; ++step) {
    test::step_on(*whole.model, some.values, 0.1, step, 9);
    if (step == 6) test::take_over(first.state, second.state);
    test::step_on(step < 6 ? *first.model : *second.model, some.values, 0.1, step, 9);
  }
  CHECK(second.state.bytes() == whole.state.bytes());
}

TEST_CASE("A sample is what so many Gibbs steps of the top pair and one way down make of noise") {
  const auto model = stack_of({"hidden=6,5", "sample_steps=3"});
  const Examples some = patterns(20);
  model->prepare(some);
  for (int64_t step = 0; step < 10; ++step) test::step_on(*model, some.values, 0.3, step, 10);
  const RbmLayer &below = *model->layers()[0], &top = *model->layers()[1];
  State state;
  model->register_state(state);
  const NoGrad quiet;
  const Tensor means = clamp(std::get<Tensor>(state.find("dbn.layer2.visible_mean")->target), 0.001, 0.999);
  Rng rng(2, "dbn_test"), same(2, "dbn_test");
  const Tensor x = model->sample({20, rng});
  Tensor v = bernoulli(broadcast_to(means, {20, 6}), same), h;
  for (int i = 0; i < 3; ++i) {
    if (i > 0) v = bernoulli(top.visible_probabilities(h), same);
    h = bernoulli(top.hidden_probabilities(v), same);
  }
  v = bernoulli(top.visible_probabilities(h), same);
  CHECK(count_nonzero(ne(x, bernoulli(below.visible_probabilities(v), same))) == 0);
}

TEST_CASE("One layer is a restricted Boltzmann machine, whose bound is the likelihood itself") {
  const auto model = stack_of({"hidden=5", "bound_samples=3"});
  const Examples some = patterns(30);
  model->prepare(some);
  for (int64_t step = 0; step < 30; ++step) test::step_on(*model, some.values, 0.1, step);
  const RbmLayer& layer = *model->layers()[0];
  const NoGrad quiet;
  const double likelihood = -mean(layer.free_energy(some.values)).item() - exact_log_partition(layer);
  const Quantities found = model->evaluate({some, some, 1});
  CHECK(found[kDbnBound].value == approx(likelihood).epsilon(1e-5));
  CHECK(found[kDbnBound].density_kind == "lower bound of log p(x)");
}

TEST_CASE("Samples are drawn from the top pair downwards; every layer has its pictures and its Z") {
  const auto model = stack_of({"hidden=6,5", "sample_steps=4"});
  Rng rng(2);
  const Tensor x = model->sample({20, rng});
  CHECK(x.shape() == Shape{20, 16});
  CHECK(count_nonzero(logical_or(eq(x, 0), eq(x, 1))) == 320);
  const Examples some = patterns(10);
  CHECK(model->pictures({some, some, 1}).size() == 4);
  CHECK(model->abilities().partition->exact() == approx(exact_log_partition(*model->layers()[1])));
}

TEST_CASE("A stack without layers, and one too large for exact gradients, are refused") {
  const DataShape mnist{.example = {28, 28}, .classes = 10};
  CHECK_THROWS_AS(test::options_for("dbn", {"hidden=500,21", "chains=exact"}, mnist), Error);
  CHECK_NOTHROW(test::options_for("dbn", {"hidden=16,500", "chains=exact"}, mnist));
  CHECK_THROWS_AS(test::options_for("dbn", {"hidden="}, mnist), Error);
}

}  // namespace
}  // namespace gradzoo
