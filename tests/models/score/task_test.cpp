#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/score/eval.h"
#include "gradzoo/models/score/network.h"
#include "support/approx.h"
#include "support/small_model.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

// A field whose score is not linear, so that noise of one sign and of both differ.
Tensor field(const Tensor& x) { return neg(x) + square(x) * 0.3; }
const ScoreFunction kField{field, false};
const Tensor kData = test::wave({6, 2});

TEST_CASE("the objective of a task is the one that it names, with its noise, its pairs and its probes") {
  const auto objective = [](const ScoreTask& task) {
    Rng rng(1, "task_test");
    const Tape tape;
    return score_task_objective(kField, kData, nullptr, task, rng).to_vector();
  };
  const auto noise = [](Rng& rng) { return randn({6, 2}, rng, DType::f64); };
  for (const bool antithetic : {true, false}) {
    for (const double data_noise : {0.0, 0.4}) {
      Rng rng(1, "task_test");
      const Tensor x = data_noise > 0 ? kData + noise(rng) * data_noise : kData;
      const Tensor eps = noise(rng);
      const auto half = [&](const Tensor& e) {  // |sigma s + eps|^2 / 2
        return sum(square(field(x + e * 0.3) * 0.3 + e), 1) * 0.5;
      };
      const Tensor wanted = antithetic ? (half(eps) + half(neg(eps))) * 0.5 : half(eps);
      const ScoreTask task{.sigma = 0.3, .data_noise = data_noise, .antithetic = antithetic};
      CHECK(test::max_error(objective(task), wanted.to_vector()) < 1e-12);
    }
  }
  for (const ProbeKind probes : {ProbeKind::rademacher, ProbeKind::gaussian}) {
    for (const ScoreObjective named : {ScoreObjective::ssm, ScoreObjective::ssm_vr}) {
      Rng rng(1, "task_test");
      const Shape one_each{1, 6, 2};
      const Tensor drawn = probes == ProbeKind::gaussian ? randn(one_each, rng, DType::f64)
                                                         : rademacher(one_each, rng, DType::f64);
      const Tensor v = reshape(drawn, {6, 2});
      const Tensor s = field(kData), slope = kData * 0.6 - 1.0;  // the Jacobian is diagonal
      const Tensor last = named == ScoreObjective::ssm ? square(sum(v * s, 1)) : sum(square(s), 1);
      const Tensor wanted = sum(square(v) * slope, 1) + last * 0.5;
      CHECK(test::max_error(objective({.objective = named, .probes = probes}), wanted.to_vector()) < 1e-12);
      const auto check_terms = [&](const ScoreTask& task, double allowed) {
        Rng draws(1, "task_test");
        const Tape tape;
        const ImplicitTerms terms = score_task_terms(kField, kData, task, draws);
        CHECK(test::max_error(terms.trace, sum(square(v) * slope, 1).to_vector()) < allowed);
        CHECK(test::max_error(terms.half_square, (last * 0.5).to_vector()) < allowed);
      };
      check_terms({.objective = named, .probes = probes}, 1e-12);
      if (named == ScoreObjective::ssm) {
        const ScoreTask differences{.objective = ScoreObjective::fd_ssm, .probes = probes, .fd_eps = 1e-4};
        CHECK(test::max_error(objective(differences), wanted.to_vector()) < 1e-6);
        check_terms(differences, 1e-6);
      } else {
        const ScoreTask hutchinson{.objective = ScoreObjective::ism_hutchinson, .probes = probes};
        CHECK(objective(hutchinson) == objective({.objective = named, .probes = probes}));
      }
    }
  }
}

TEST_CASE("more probes a row come nearer to the exact trace, as 1/sqrt of their number") {
  const auto error = [](int64_t count) {
    double squares = 0;
    for (uint64_t seed = 0; seed < 40; ++seed) {
      Rng rng(seed, "task_test/probes");
      const Tape tape;
      const ScoreTask task{
          .objective = ScoreObjective::ism_hutchinson, .probes = ProbeKind::gaussian, .probe_count = count};
      const Tensor found = score_task_objective(kField, kData, nullptr, task, rng);
      squares += sum(square(found - implicit_score_matching(kField, kData))).item();
    }
    return squares;
  };
  CHECK(error(1) / error(16) == approx(16).epsilon(0.5));
}

TEST_CASE("a task is what the options say, and learns under the noise of both kinds together") {
  const ScoreTask task = ScoreTask::of({.objective = ScoreObjective::ssm,
                                        .sigma = 0.3,
                                        .data_noise = 0.4,
                                        .antithetic = false,
                                        .probes = ProbeKind::gaussian,
                                        .probe_count = 3,
                                        .fd_eps = 0.2});
  CHECK(task.probe_count == 3);
  CHECK(task.fd_eps == 0.2);
  CHECK(task.objective == ScoreObjective::ssm);
  CHECK(task.sigma == 0.3);
  CHECK(task.probes == ProbeKind::gaussian);
  CHECK(!task.antithetic);
  CHECK(task.learned_noise() == 0.4);
  const ScoreTask both{.sigma = 0.3, .data_noise = 0.4};
  CHECK(both.learned_noise() == approx(0.5));  // variances add
  const DataShape shape = test::toy_shape("gaussian");
  const std::optional<ScoreTruth> truth = score_truth(shape, both);
  REQUIRE((truth && truth->noised));
  const NoisedToy wanted = noised_toy(*shape.toy, 0.5, truth->noised->grid.cells);
  CHECK(test::max_error(truth->noised->log_p, wanted.log_p.to_vector()) < 1e-12);
}

}  // namespace
}  // namespace gradzoo
