#include "gradzoo/models/rbm/rbm.h"

#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "models/rbm_twin.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/small_model.h"

namespace gradzoo {
namespace {

DataView view_of(const Examples& held_out, const Examples& train) { return {held_out, train, 1}; }

Examples patterns(int64_t n, uint64_t seed) {
  Rng rng(seed, "rbm_test");
  return {make_toy("bars-and-stripes")->sample(n, rng), {}, arange(n, DType::i64)};
}

std::unique_ptr<Rbm> machine(const std::vector<std::string>& assignments) {
  return test::small_model<Rbm>("rbm", assignments, test::toy_shape("bars-and-stripes"));
}

TEST_CASE("An evaluation is exact where a side is small, and annealed to the same value where it is not") {
  const auto model = machine({"hidden=8"});
  const Examples some = patterns(50, 1);
  model->prepare(some);
  for (int64_t step = 0; step < 50; ++step) test::step_on(*model, some.values, 0.1, step);
  const Quantities found = model->evaluate(view_of(some, some));
  const double exact = exact_log_partition(model->layer());
  CHECK(found[kLogZ].value == approx(exact));
  CHECK(found[kRbmLogLikelihood].density_kind == "log p(x)");
  CHECK(found[kRbmLogLikelihood].value ==
        approx(-mean(model->layer().free_energy(some.values)).item() - exact).epsilon(1e-5));
  Rng rng(3);
  const LogPartition annealed =
      anneal_up(*model->abilities().partition, {.chains = 200, .temperatures = 500}, rng);
  CHECK(std::abs(annealed.value - exact) < 5 * annealed.annealing.error);
}

TEST_CASE("What chains walk on is -F over a table of 0 and 1, with both conditionals") {
  const auto model = machine({"hidden=5"});
  const Target target = model->abilities().target;
  CHECK(target.binary);
  const Examples some = patterns(7, 1);
  CHECK(max(abs(target.log_prob(some.values) + model->layer().free_energy(some.values))).item() == 0);
  CHECK(target.conditionals.hidden(some.values).shape() == Shape{7, 5});
  CHECK(target.conditionals.visible(zeros({7, 5})).shape() == Shape{7, 16});
  Rng rng(1);
  CHECK(target.initial(3, rng).shape() == Shape{3, 16});
}

TEST_CASE("The gap of free energies is that between the examples and those that were trained on") {
  const auto model = machine({"hidden=8"});
  const Examples seen = patterns(40, 1), ones{ones_like(seen.values), {}, arange(40, DType::i64)};
  model->prepare(seen);
  for (int64_t step = 0; step < 200; ++step) test::step_on(*model, seen.values, 0.1, step, 200);
  CHECK(test::contains(model->interpretation(view_of(seen, seen)), "0.00 nats above"));
  CHECK(model->pictures(view_of(seen, ones)).size() == 3);
}

TEST_CASE("Grey pixels, exact gradients of large machines and toys of other numbers are refused by name") {
  const DataShape mnist{.example = {28, 28}, .classes = 10};
  test::check_refused_options("rbm", {{{"pixels=grey"}, mnist, "'pixels'"},
                                      {{"chains=exact"}, mnist, "2^500"},
                                      {{"chains=exact", "hidden=16"}, mnist, ""},
                                      {{}, test::toy_shape("ring8"), "0 and 1"}});
}

TEST_CASE("A sample is what so many Gibbs steps make of units with the data's means, draw by draw") {
  const auto model = machine({"hidden=8", "sample_steps=3"});
  const Examples some = patterns(50, 1);
  model->prepare(some);
  for (int64_t step = 0; step < 50; ++step) test::step_on(*model, some.values, 0.1, step);
  Rng rng(2, "rbm_test"), same(2, "rbm_test");
  const Tensor x = model->sample({20, rng});
  const NoGrad quiet;
  Tensor y = bernoulli(broadcast_to(model->learning().means(), {20, 16}), same);
  for (int i = 0; i < 3; ++i)
    y = bernoulli(
        model->layer().visible_probabilities(bernoulli(model->layer().hidden_probabilities(y), same)), same);
  CHECK(count_nonzero(ne(x, y)) == 0);
  CHECK(rng.draw() == same.draw());
}

TEST_CASE("It learns as its options say, and begins where the data's means are") {
  const Examples some = patterns(50, 1);
  for (const RbmChains chains : {RbmChains::data, RbmChains::persistent}) {
    const auto model =
        machine({"hidden=8", "chains=" + std::string(name_of(kRbmChains, chains)), "chain_steps=2",
                 "particles=7", "momentum=0.3", "centred=false", "weight_decay=0.02", "seed=4"});
    test::RbmTwin twin(model->layer(),
                       {.chains = chains,
                        .chain_steps = 2,
                        .particles = 7,
                        .centred = false,
                        .momentum = 0.3,
                        .weight_decay = 0.02},
                       4, "rbm/chains");
    model->prepare(some);
    twin.begin_at(mean(some.values, 0));
    for (int64_t step = 0; step < 3; ++step) {
      const auto row = test::step_on(*model, some.values, 0.1, step);
      const auto wanted = twin.step(some.values, 0.1);
      CHECK(row.at("free_energy_nats") == approx(wanted.f_data).epsilon(1e-5));
      CHECK(row.at("cd_loss_nats") == approx(wanted.f_data - wanted.f_sample).scale(10).epsilon(1e-5));
    }
    twin.check_equal(model->layer(), 1e-5);
  }
}

TEST_CASE("Samples of points are patterns of 0 and 1, of images probabilities") {
  Rng rng(2);
  const auto points = machine({"hidden=4", "sample_steps=3"});
  const Tensor x = points->sample({20, rng});
  CHECK(x.shape() == Shape{20, 16});
  CHECK(count_nonzero(logical_or(eq(x, 0), eq(x, 1))) == 320);
  const auto images =
      test::small_model<Rbm>("rbm", {"hidden=4", "sample_steps=3"}, {.example = {5, 4}, .classes = 2});
  CHECK(images->sample({3, rng}).shape() == Shape{3, 5, 4});
}

}  // namespace
}  // namespace gradzoo
