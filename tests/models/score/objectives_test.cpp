#include "gradzoo/models/score/objectives.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/samplers/tweedie.h"
#include "support/error_message.h"
#include "support/short_names.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr int64_t kRows = 5, kDims = 3;

/// A small energy and a small vector net with the same activation, in f64.
struct Nets {
  explicit Nets(const std::string& activation = "softplus")
      : energy_net({kDims, 6, 1}, rng, {.activation = activation, .linear = {.dtype = DType::f64}}),
        vector_net({kDims, 6, kDims}, rng, {.activation = activation, .linear = {.dtype = DType::f64}}) {}
  Tensor energy(const Tensor& x) const { return reshape(energy_net.forward(x), {x.dim(0)}); }
  Tensor vector(const Tensor& x) const { return vector_net.forward(x); }

  Rng rng{4, "score_objectives_test"};
  Mlp energy_net, vector_net;
  Tensor x = wave({kRows, kDims});
};

// One row's score and Jacobian, each by itself.
struct RowFacts {
  Doubles s, jacobian;  // (d), (d, d)
};
RowFacts row_facts(const Nets& nets, bool is_energy, const Tensor& row) {
  const auto score = [&](const Tensor& at) {
    if (!is_energy) return nets.vector(at);
    return vjp([&](const Tensor& y) { return nets.energy(y); }, at, ones({1}, DType::f64),
               {.create_graph = true});
  };
  const auto one_score = [&](const Tensor& at) { return reshape(score(reshape(at, {1, kDims})), {kDims}); };
  Tape tape;
  const Tensor at = reshape(row, {kDims}).clone().requires_grad_();
  return {one_score(at).to_vector(), jacobian(one_score, at).to_vector()};
}

double dot(const Doubles& a, const Doubles& b) {
  double total = 0;
  for (size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

double trace(const Doubles& jacobian) {
  double total = 0;
  for (size_t i = 0; i < kDims; ++i) total += jacobian[i * (kDims + 1)];
  return total;
}

// v'Jv
double quadratic(const Doubles& jacobian, const Doubles& v) {
  double total = 0;
  for (size_t i = 0; i < kDims; ++i)
    for (size_t j = 0; j < kDims; ++j) total += v[i] * jacobian[i * kDims + j] * v[j];
  return total;
}

Doubles row_of(const Tensor& t, int64_t row) { return t.rows(row, row + 1).to_vector(); }

TEST_CASE("explicit and implicit score matching are what a loop over samples makes of their definitions") {
  const Nets nets;
  const Tensor data_score = wave({kRows, kDims}, DType::f64, 2.0);
  for (const bool is_energy : {true, false}) {
    const auto net = [&](const Tensor& x) { return is_energy ? nets.energy(x) : nets.vector(x); };
    Doubles esm, ism, traces;
    for (int64_t row = 0; row < kRows; ++row) {
      const RowFacts facts = row_facts(nets, is_energy, nets.x.rows(row, row + 1));
      Doubles difference = row_of(data_score, row);
      for (size_t i = 0; i < kDims; ++i) difference[i] = facts.s[i] - difference[i];
      esm.push_back(dot(difference, difference) / 2);
      ism.push_back(dot(facts.s, facts.s) / 2 + trace(facts.jacobian));
      traces.push_back(trace(facts.jacobian));
    }
    Tape tape;
    CHECK(max_error(explicit_score_matching({net, is_energy}, nets.x, data_score), esm) < 1e-12);
    CHECK(max_error(implicit_score_matching({net, is_energy}, nets.x), ism) < 1e-12);
    CHECK(max_error(implicit_terms({net, is_energy}, nets.x).trace, traces) < 1e-12);
  }
}

TEST_CASE("sliced score matching is a loop's mean over its probes, with either last term") {
  const Nets nets;
  const Tensor probes = wave({2, kRows, kDims}, DType::f64, 1.0);
  for (const bool is_energy : {true, false}) {
    const auto net = [&](const Tensor& x) { return is_energy ? nets.energy(x) : nets.vector(x); };
    Doubles plain, reduced, traces;
    for (int64_t row = 0; row < kRows; ++row) {
      const RowFacts facts = row_facts(nets, is_energy, nets.x.rows(row, row + 1));
      double trace_term = 0, projected = 0;
      for (int64_t k = 0; k < 2; ++k) {
        const Doubles v = row_of(reshape(probes, {2 * kRows, kDims}), k * kRows + row);
        trace_term += quadratic(facts.jacobian, v) / 2;
        projected += std::pow(dot(v, facts.s), 2) / 4;
      }
      plain.push_back(trace_term + projected);
      traces.push_back(trace_term);
      reduced.push_back(trace_term + dot(facts.s, facts.s) / 2);
    }
    Tape tape;
    CHECK(max_error(sliced_score_matching({net, is_energy}, nets.x, probes), plain) < 1e-12);
    CHECK(max_error(sliced_terms({net, is_energy}, nets.x, probes).trace, traces) < 1e-12);
    CHECK(max_error(sliced_score_matching({net, is_energy}, nets.x, probes, {.variance_reduced = true}),
                    reduced) < 1e-12);
  }
}

TEST_CASE("denoising score matching is a loop over noisy samples, antithetic pairs and weight included") {
  const Nets nets;
  const Tensor eps = wave({kRows, kDims}, DType::f64, 3.0);
  constexpr double kSigma = 0.3;
  for (const bool is_energy : {true, false}) {
    const auto net = [&](const Tensor& x) { return is_energy ? nets.energy(x) : nets.vector(x); };
    Doubles plus, pair;
    for (int64_t row = 0; row < kRows; ++row) {
      double value[2];
      for (const int side : {0, 1}) {
        const Tensor noise = eps.rows(row, row + 1) * (side == 0 ? 1.0 : -1.0);
        const RowFacts facts = row_facts(nets, is_energy, nets.x.rows(row, row + 1) + noise * kSigma);
        Doubles residual = noise.to_vector();
        for (size_t i = 0; i < kDims; ++i) residual[i] = facts.s[i] + residual[i] / kSigma;
        value[side] = dot(residual, residual) / 2;
      }
      plus.push_back(value[0]);
      pair.push_back((value[0] + value[1]) / 2);
    }
    Tape tape;
    const Tensor single =
        denoising_score_matching({net, is_energy}, nets.x, eps, {.sigma = kSigma, .antithetic = false});
    CHECK(max_error(single, plus) < 1e-12);
    const Tensor both = denoising_score_matching({net, is_energy}, nets.x, eps, {.sigma = kSigma});
    CHECK(max_error(both, pair) < 1e-12);
    const Tensor weighted =
        denoising_score_matching({net, is_energy}, nets.x, eps, {.sigma = kSigma, .sigma_weighted = true});
    CHECK(max_error(weighted / (kSigma * kSigma), pair) < 1e-12);
  }
}

TEST_CASE("on a Gaussian the objectives have their closed forms") {
  // f = -a |x|^2 / 2: s = -a x, tr grad s = -a d.
  constexpr double kA = 1.7;
  const auto energy = [](const Tensor& x) { return sum(square(x), 1) * (-kA / 2); };
  const auto vector = [](const Tensor& x) { return x * -kA; };
  const Tensor x = wave({kRows, kDims});
  Doubles ism, esm;
  for (int64_t row = 0; row < kRows; ++row) {
    const Doubles at = row_of(x, row);
    ism.push_back(kA * kA * dot(at, at) / 2 - kA * kDims);
    esm.push_back((kA - 1) * (kA - 1) * dot(at, at) / 2);  // against N(0, I)
  }
  Tape tape;
  CHECK(max_error(implicit_score_matching({energy, true}, x), ism) < 1e-13);
  CHECK(max_error(implicit_score_matching({vector, false}, x), ism) < 1e-13);
  CHECK(max_error(explicit_score_matching({energy, true}, x, neg(x)), esm) < 1e-13);
  // The score of N(0, 1 + sigma^2) is the best denoiser's: a residual variance of sigma^2 / (1 + sigma^2).
  CHECK(max_error(tweedie_denoised(x, x * (-1 / 1.25), 0.5), (x * 0.8).to_vector()) < 1e-15);
}

TEST_CASE("antithetic pairs vary far less at small sigma") {
  Nets nets;
  const Tensor x = zeros({4000, kDims}, DType::f64);
  const Tensor eps = randn({4000, kDims}, nets.rng, DType::f64);
  const auto spread = [&](bool antithetic) {
    Tape tape;
    const Tensor rows = denoising_score_matching({[&](const Tensor& at) { return nets.vector(at); }, false},
                                                 x, eps, {.sigma = 0.01, .antithetic = antithetic});
    // What the parameters cannot change, |eps|^2 / (2 sigma^2), varies in both.
    return var(rows - sum(square(eps), 1) * (0.5 / 1e-4)).item();
  };
  CHECK(spread(true) < spread(false) / 100);
}

struct Given {
  Tensor x, eps, probes;  // eps is the data's score too
};
Tensor rows_of(ScoreObjective objective, const ScoreFunction& model, const Given& at) {
  using enum ScoreObjective;
  if (objective == esm) return explicit_score_matching(model, at.x, at.eps);
  if (objective == ism) return implicit_score_matching(model, at.x);
  if (objective == ism_hutchinson) return hutchinson_score_matching(model, at.x, at.probes);
  if (objective == dsm) return denoising_score_matching(model, at.x, at.eps, {.sigma = 0.5});
  if (objective == fd_ssm) return finite_difference_score_matching(model, at.x, at.probes, 0.3);
  return sliced_score_matching(model, at.x, at.probes, {.variance_reduced = objective == ssm_vr});
}

TEST_CASE("every objective is differentiable in the parameters, twice") {
  const Tensor x = wave({2, 2}), eps = wave({2, 2}, DType::f64, 1.0), probes = wave({1, 2, 2}, DType::f64, 2);
  const Tensor weight = wave({3, 2}, DType::f64, 0.5) * 0.5, bias = wave({3}, DType::f64, 1.5);
  const Tensor inputs[] = {weight, bias};
  for (const auto& choice : kScoreObjectives) {
    CAPTURE(choice.name);
    const ScoreObjective objective = choice.value;
    const auto recorded_loss = [&](std::span<const Tensor> in) {
      const auto f = [&](const Tensor& at) { return sum(softplus(linear(at, in[0], in[1])), 1); };
      return mean(rows_of(objective, {f, true}, {x, eps, probes}));
    };
    const auto loss = [&](std::span<const Tensor> in) {  // finite differences come without a tape
      if (is_recording()) return recorded_loss(in);
      const Tape tape;
      return recorded_loss(in).detach();
    };
    CHECK(gradcheck(loss, inputs).message == "");
    CHECK(gradgradcheck(loss, inputs).message == "");
  }
}

TEST_CASE("an activation with too few derivatives is refused with the reason, where and only where it is") {
  const Tensor eps = wave({kRows, kDims}, DType::f64, 1.0), probes = wave({1, kRows, kDims});
  const auto refusal = [&](const std::string& activation, bool is_energy, ScoreObjective objective) {
    const Nets nets(activation);
    const auto net = [&](const Tensor& x) { return is_energy ? nets.energy(x) : nets.vector(x); };
    Tape tape;
    return error_message([&] { rows_of(objective, {net, is_energy}, {nets.x, eps, probes}); });
  };
  for (const auto& choice : kScoreObjectives) {
    CAPTURE(choice.name);
    const ScoreObjective objective = choice.value;
    if (objective == ScoreObjective::fd_ssm) {  // takes no derivative in x
      for (const bool is_energy : {true, false}) CHECK(refusal("relu", is_energy, objective).empty());
      continue;
    }
    const bool takes_trace = objective != ScoreObjective::esm && objective != ScoreObjective::dsm;
    for (const char* kinked : {"relu", "leaky_relu"}) {
      CHECK(contains(refusal(kinked, true, objective), "automatic differentiation misses"));
      CHECK(contains(refusal(kinked, true, objective), "Hint: use softplus"));
      CHECK(!refusal(kinked, false, objective).empty() == takes_trace);
    }
    CHECK(!refusal("elu", true, objective).empty() == takes_trace);
    for (const char* smooth : {"softplus", "silu", "tanh"}) CHECK(refusal(smooth, true, objective).empty());
    CHECK(refusal("elu", false, objective).empty());
  }
}

TEST_CASE("shapes that do not fit are refused with a hint") {
  const Nets nets;
  const auto net = [&](const Tensor& x) { return nets.vector(x); };
  const auto wide = wave({kRows, kDims + 1});
  Tape tape;
  check_refused("return one value per row for an energy", [&] {
    implicit_score_matching({net, true}, nets.x);
  });
  check_refused("the data's score has shape (5,4)", [&] {
    explicit_score_matching({net, false}, nets.x, wide);
  });
  check_refused("eps has shape (5,4)", [&] {
    denoising_score_matching({net, false}, nets.x, wide, {.sigma = 1});
  });
  check_refused("Hint: set sigma > 0", [&] {
    denoising_score_matching({net, false}, nets.x, nets.x, {.sigma = 0});
  });
  check_refused("Hint: give (K,B,d)", [&] { sliced_score_matching({net, false}, nets.x, nets.x); });
}

TEST_CASE("probes and points whose sizes agree by chance are refused by their axes") {
  const auto net = [](const Tensor& x) { return x; };
  const Tensor square = wave({3, 3}), cube = wave({3, 3, 3});
  Tape tape;
  check_refused("probes have shape (3,3)", [&] { sliced_score_matching({net, false}, square, square); });
  check_refused("x (3,3,3)", [&] { sliced_score_matching({net, false}, cube, cube); });
}

TEST_CASE("without a live tape an objective says what it needs") {
  const Nets nets;
  const auto net = [&](const Tensor& x) { return nets.vector(x); };
  check_refused("live tape", [&] { implicit_score_matching({net, false}, nets.x); });
}

}  // namespace
}  // namespace gradzoo
