#include "models/dbn/dbn.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/rbm_exact.h"
#include "support/small_model.h"

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

TEST_CASE("One layer is a restricted Boltzmann machine, whose bound is the likelihood itself") {
  const auto model = stack_of({"hidden=5", "bound_samples=3"});
  const Examples some = patterns(30);
  model->prepare(some);
  for (int64_t step = 0; step < 30; ++step) test::step_on(*model, some.values, 0.1, step);
  const RbmLayer& layer = *model->layers()[0];
  const NoGrad quiet;
  const double likelihood = -mean(layer.free_energy(some.values)).item() - exact_log_partition(layer);
  const Quantities found = model->evaluate({some, some, 1});
  CHECK(found[kDbnBound].value == doctest::Approx(likelihood).epsilon(1e-5));
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
  CHECK(model->partition()->exact() == doctest::Approx(exact_log_partition(*model->layers()[1])));
}

TEST_CASE("A stack without layers, and one too large for exact gradients, are refused") {
  const DataShape mnist{.example = {28, 28}, .classes = 10};
  CHECK_THROWS_AS(test::options_for("dbn", {"hidden=500,21", "chains=exact"}, mnist), Error);
  CHECK_NOTHROW(test::options_for("dbn", {"hidden=16,500", "chains=exact"}, mnist));
  CHECK_THROWS_AS(test::options_for("dbn", {"hidden="}, mnist), Error);
}

}  // namespace
}  // namespace gradzoo
