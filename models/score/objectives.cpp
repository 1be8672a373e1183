#include "gradzoo/models/score/objectives.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/functional/functional_scope.h"
#include "autograd/functional/nodes_between.h"
#include "autograd/functional/row_checks.h"
#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

void check_same_shape(const char* what, const Tensor& a, const char* name, const Tensor& x) {
  if (a.shape() == x.shape()) return;
  throw Error(fmt::format("{}: {} has shape {}, x {}. Hint: give one value per element of x", what, name,
                          a.shape().str(), x.shape().str()));
}

void refuse_rough(const ScoreFunction& model, const Tensor& x, const Tensor& y, int derivatives) {
  const Node* node =
      find_node_between(x, y, [&](const Node& each) { return smoothness_of(each) < derivatives; });
  if (!node) return;
  const int smoothness = std::max(0, smoothness_of(*node));
  throw Error(fmt::format(
      "score matching: {} has {} continuous derivative{}, and this objective of {} needs {} in x. The point "
      "at which the last one jumps moves with the parameters; automatic differentiation misses this "
      "movement, so the gradient would be wrong. Hint: use softplus, silu or tanh",
      node->op->name, smoothness, smoothness == 1 ? "" : "s",
      model.is_energy ? "an energy" : "a vector network", derivatives));
}

// f or s at x, of the shape that it must have.
Tensor model_output(const ScoreFunction& model, const Tensor& x) {
  Tensor y = model.function(x);
  const Shape expected = model.is_energy ? Shape{x.dim(0)} : x.shape();
  if (y.shape() == expected) return y;
  throw Error(fmt::format("score matching: the model gave {} instead of {}. Hint: {}", y.shape().str(),
                          expected.str(),
                          model.is_energy ? "return one value per row for an energy"
                                          : "return one vector per row for a vector network"));
}

/// A batch with its score, all on the caller's tape.
struct ScoredBatch {
  Tensor x;      // (B, d), tracked
  Tensor score;  // (B, d)
};

ScoredBatch scored(const ScoreFunction& model, const Tensor& x, ScoreObjective objective) {
  check_points(x, "score matching");
  const Tensor at = FunctionalScope(true).input(x);
  const Tensor y = model_output(model, at);
  if (!is_tracked(y)) return {at, zeros_like(x)};
  refuse_rough(model, at, y, derivatives_in_x(objective, model.is_energy));
  if (!model.is_energy) return {at, y};
  return {at, grad(y, at, {.grad_output = ones_like(y), .create_graph = true})};
}

// |a|^2 / 2 of every row.
Tensor half_square(const Tensor& a) { return sum(square(a), 1) * 0.5; }

// Mean over the blocks of tile_rows: (copies B) -> (B).
Tensor mean_over_copies(const Tensor& rows, int64_t copies) {
  if (copies == 1) return rows;
  return mean(reshape(rows, {copies, rows.dim(0) / copies}), 0);
}

void check_probes(const char* what, const Tensor& x, const Tensor& probes) {
  if (x.rank() == 2 && probes.rank() == 3 && probes.dim(0) >= 1 && probes.dim(1) == x.dim(0) &&
      probes.dim(2) == x.dim(1))
    return;
  throw Error(fmt::format("{}: probes have shape {}, x {}. Hint: give (K,B,d) for x (B,d)", what,
                          probes.shape().str(), x.shape().str()));
}

// Sliced score matching of an energy.
ImplicitTerms sliced_energy(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                            bool variance_reduced) {
  const Tensor at = FunctionalScope(true).input(x);
  const auto energy = [&](const Tensor& points) { return model_output(model, points); };
  const DirectionalDerivatives f = directional_derivatives(
      energy, at, probes, {.create_graph = true, .gradient = variance_reduced, .allow_kinks = true});
  if (is_tracked(f.value)) refuse_rough(model, at, f.value, derivatives_in_x(ScoreObjective::ssm, true));
  const Tensor trace = f.second * (1.0 / static_cast<double>(probes.dim(0)));
  return {variance_reduced ? half_square(f.gradient) : mean(square(f.first), 0) * 0.5, trace};
}

}  // namespace

int derivatives_in_x(ScoreObjective objective, bool is_energy) {
  switch (objective) {
    case ScoreObjective::fd_ssm:
      return 0;
    case ScoreObjective::esm:
    case ScoreObjective::dsm:
      return is_energy ? 1 : 0;
    default:  // a trace takes one more
      return is_energy ? 2 : 1;
  }
}

Tensor score_at(const ScoreFunction& model, const Tensor& x) {
  return scored(model, x, ScoreObjective::esm).score;
}

Tensor explicit_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& data_score) {
  check_same_shape("explicit score matching", data_score, "the data's score", x);
  return half_square(scored(model, x, ScoreObjective::esm).score - data_score);
}

Tensor ImplicitTerms::sum() const { return half_square + trace; }

ImplicitTerms implicit_terms(const ScoreFunction& model, const Tensor& x) {
  if (!model.is_energy) {
    const ScoredBatch batch = scored(model, x, ScoreObjective::ism);
    return {half_square(batch.score), divergence(model.function, batch.x, {.create_graph = true})};
  }
  check_points(x, "score matching");
  const Tensor at = FunctionalScope(true).input(x);
  const auto energy = [&](const Tensor& points) { return model_output(model, points); };
  const GradientAndLaplacian f =
      gradient_and_laplacian(energy, at, {.create_graph = true, .allow_kinks = true});
  if (is_tracked(f.value)) refuse_rough(model, at, f.value, derivatives_in_x(ScoreObjective::ism, true));
  return {half_square(f.gradient), f.laplacian};
}

Tensor implicit_score_matching(const ScoreFunction& model, const Tensor& x) {
  return implicit_terms(model, x).sum();
}

ImplicitTerms sliced_terms(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                           SlicedOptions options) {
  check_probes("sliced score matching", x, probes);
  if (model.is_energy) return sliced_energy(model, x, probes, options.variance_reduced);
  const int64_t k = probes.dim(0);
  const Tensor v = reshape(probes, {k * x.dim(0), x.dim(1)});
  const ScoredBatch batch =
      scored(model, tile_rows(x, k), options.variance_reduced ? ScoreObjective::ssm_vr : ScoreObjective::ssm);
  const Tensor along = sum(batch.score * v, 1);  // v's
  const Tensor trace =
      is_tracked(along)
          ? sum(v * grad(along, batch.x, {.grad_output = ones_like(along), .create_graph = true}), 1)
          : zeros_like(along);
  const Tensor norm = options.variance_reduced ? half_square(batch.score) : square(along) * 0.5;
  return {mean_over_copies(norm, k), mean_over_copies(trace, k)};
}

Tensor sliced_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                             SlicedOptions options) {
  return sliced_terms(model, x, probes, options).sum();
}

Tensor hutchinson_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
  return sliced_score_matching(model, x, probes, {.variance_reduced = true});
}

ImplicitTerms finite_difference_terms(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                                      double eps) {
  check_probes("finite-difference score matching", x, probes);
  if (!(eps > 0))
    throw Error(fmt::format("finite-difference score matching: eps is {}. Hint: use a value above 0", eps));
  const FunctionalScope scope(true);
  const int64_t k = probes.dim(0), n = k * x.dim(0), d = x.dim(1);
  const double h = eps / std::sqrt(static_cast<double>(d));
  const Tensor v = reshape(probes, {n, d}), at = tile_rows(x, k);
  if (!model.is_energy) {
    const Tensor s = model_output(model, concat(at + v * h, at - v * h, 0));
    const Tensor plus = sum(v * s.rows(0, n), 1), minus = sum(v * s.rows(n, 2 * n), 1);
    return {mean_over_copies(square((plus + minus) * 0.5) * 0.5, k),
            mean_over_copies((plus - minus) / (2 * h), k)};
  }
  const Tensor f = model_output(model, concat({at, at + v * h, at - v * h}, 0));
  const Tensor here = f.rows(0, n), plus = f.rows(n, 2 * n), minus = f.rows(2 * n, 3 * n);
  const Tensor second = ((plus - here) + (minus - here)) / (h * h);
  return {mean_over_copies(square((plus - minus) / (2 * h)) * 0.5, k), mean_over_copies(second, k)};
}

Tensor finite_difference_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& probes,
                                        double eps) {
  return finite_difference_terms(model, x, probes, eps).sum();
}

Tensor denoising_score_matching(const ScoreFunction& model, const Tensor& x, const Tensor& eps,
                                const DenoisingOptions& options) {
  check_same_shape("denoising score matching", eps, "eps", x);
  if (!(options.sigma > 0)) {
    throw Error(fmt::format("denoising score matching: sigma is {}. Hint: set sigma > 0", options.sigma));
  }
  const int64_t copies = options.antithetic ? 2 : 1;
  const Tensor noise = options.antithetic ? concat(eps, neg(eps), 0) : eps;
  const Tensor noisy = tile_rows(x, copies) + noise * options.sigma;
  const Tensor score = scored(model, noisy, ScoreObjective::dsm).score;
  const Tensor rows = options.sigma_weighted ? half_square(score * options.sigma + noise)
                                             : half_square(score + noise / options.sigma);
  return mean_over_copies(rows, copies);
}

}  // namespace gradzoo
