#include "gradzoo/models/score/eval.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/stir.h"

namespace gradzoo {
using namespace test;
namespace {

TEST_CASE("the curl share is 0 for a gradient, and near 1 for a field that turns") {
  Rng rng(1, "score_test");
  const Tensor x = randn({500, 2}, rng, DType::f64);
  ScoreNetwork network({.is_energy = false, .hidden = {}, .dtype = DType::f64}, rng);
  const auto share = [&](const Doubles& weight) {
    Tensor leaf = network.named_parameters()[0].tensor;
    std::copy(weight.begin(), weight.end(), leaf.mutable_data<double>());
    return curl_share(network, x, rng);
  };
  CHECK(share({1, 2, 2, -3}) < 1e-12);
  CHECK(share({0, 1, -1, 0}) == approx(1));
  // J = [[1, 1], [-1, 1]]: |J - J'|^2 = 8, (2|J|)^2 = 16.
  CHECK(share({1, 1, -1, 1}) == approx(std::sqrt(0.5)).epsilon(0.1));
}

/// The exact score of a standard Gaussian: an energy without layers' say, -|x|^2/2.
struct StandardGaussian {
  StandardGaussian() : network({.hidden = {4}, .confinement = 1}, rng) { fill_parameters(network, 0.0F); }
  Rng rng{1, "score_test"};
  ScoreNetwork network;
};

TEST_CASE("KL and Fisher divergence to a Gaussian are their closed forms, with its noise and without") {
  const StandardGaussian model;
  const std::shared_ptr<const Toy> toy = make_toy("gaussian");
  Rng rng(2, "score_test");
  const Tensor x = toy->sample(4000, rng);
  const DataShape shape{.example = {2}, .toy = toy};
  const Examples examples{x, {}, arange(4000, DType::i64)};
  for (const double sigma : {0.4, 0.8}) {
    const ScoreTask task{.objective = ScoreObjective::dsm, .sigma = sigma};
    const std::optional<ScoreTruth> truth = score_truth(shape, task);
    REQUIRE((truth && truth->noised));
    const auto found = score_quantities(model.network, task, shape, &*truth, {examples, examples, 1});
    // KL(p || N(0, I)) = E|x|^2/2 + log 2 pi - entropy; noise of variance v adds v to E|x|^2/2, d = 2.
    const auto expected = [&](const NoisedToy& p) {
      const Tensor at = p.grid.points(0, p.grid.count()), weight = exp(p.log_p) * p.grid.volume;
      const double second = sum(weight * sum(square(at), 1)).item() / 2;
      return second + std::log(2 * 3.14159265358979323846) + sum(weight * p.log_p).item();
    };
    CHECK(found[kKl].value == approx(expected(truth->clean)).epsilon(1e-4));
    CHECK(found[kScoreKlToNoised].value == approx(expected(*truth->noised)).epsilon(1e-4));
    const NoisedToy& noised = *truth->noised;
    const Tensor apart = noised.score + noised.grid.points(0, noised.grid.count());
    const double fisher = sum(exp(noised.log_p) * noised.grid.volume * sum(square(apart), 1)).item() / 2;
    CHECK(found[kScoreFisher].value == approx(fisher).epsilon(1e-4));
    CHECK(contains(score_reading(model.network, task, shape, &*truth, {examples, examples, 1}),
                   "with Gaussian noise"));
  }
}

TEST_CASE("an energy that cannot be normalised has no KL, and images have no truth") {
  Rng rng(1, "score_test");
  const ScoreNetwork flat({.hidden = {4}}, rng);
  fill_parameters(flat, 0.0F);
  const std::shared_ptr<const Toy> toy = make_toy("gaussian");
  const DataShape shape{.example = {2}, .toy = toy};
  const ScoreTask task{.objective = ScoreObjective::ism};
  const Examples examples{toy->sample(50, rng), {}, arange(50, DType::i64)};
  const std::optional<ScoreTruth> truth = score_truth(shape, task);
  CHECK(!truth->noised);
  CHECK(std::isnan(score_quantities(flat, task, shape, &*truth, {examples, examples, 1})[kKl].value));
  CHECK(!score_truth({.example = {4, 4}}, task));
}

}  // namespace
}  // namespace gradzoo
