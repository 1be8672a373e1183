#include <array>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/score/objectives.h"
#include "gradzoo/nn/layers/layers.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/score/round_mixture.h"

namespace gradzoo {
namespace {

/// x -> 1/2 |s|^2 + tr grad s per row, as in models/score/objectives.h.
using ImplicitObjective = Tensor (*)(const ScoreFunction& model, const Tensor& x);

using SlicedObjective = Tensor (*)(const ScoreFunction& model, const Tensor& x, const Tensor& probes);

using DenoisingObjective = Tensor (*)(const ScoreFunction& model, const Tensor& x, const Tensor& eps,
                                      double sigma);

/// A small smooth network in f64, as an energy or as a vector field.
struct SmallNet {
  SmallNet(int64_t d, bool is_energy, uint64_t seed)
      : is_energy(is_energy),
        rng(seed, "ledger/score_net"),
        mlp({d, 6, is_energy ? 1 : d}, rng, {.activation = "tanh", .linear = {.dtype = DType::f64}}) {}
  Tensor operator()(const Tensor& x) const {
    const Tensor y = mlp.forward(x);
    return is_energy ? reshape(y, {x.dim(0)}) : y;
  }

  bool is_energy;
  Rng rng;
  Mlp mlp;
};

/// A loss and its gradient in some parameters, in one list.
std::vector<double> with_gradient(const Tensor& value, std::span<const Tensor> parameters) {
  std::vector<double> out = {value.item()};
  for (const Tensor& part : grad(value, parameters)) {
    for (const double entry : part.to_vector()) out.push_back(entry);
  }
  return out;
}

/// A loss of a model of the score.
using Loss = FunctionRef<Tensor(const ScoreFunction& model)>;

/// Returns the loss and its gradient in a network's parameters.
std::vector<double> value_and_gradient(const SmallNet& net, Loss loss) {
  const std::vector<Tensor> parameters = net.mlp.parameters();
  Tape tape;
  return with_gradient(loss({net, net.is_energy}), parameters);
}

/// Returns the largest |a - b| relative to the largest |b|, from entry `first` on.
double relative_gap(const std::vector<double>& a, const std::vector<double>& b, size_t first = 0) {
  double difference = 0, size = 0;
  for (size_t i = first; i < b.size(); ++i) {
    difference = std::max(difference, std::abs(a[i] - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return difference / size;
}

constexpr size_t kGradientOnly = 1;  // objectives that differ by a constant: past the value

/// Returns the largest relative difference of two losses, for a network as energy and as vector field.
double gap_of_losses(int64_t d, uint64_t seed, Loss loss, Loss expected, size_t first = 0) {
  double worst = 0;
  for (const bool is_energy : {true, false}) {
    const SmallNet net(d, is_energy, seed);
    worst = std::max(worst,
                     relative_gap(value_and_gradient(net, loss), value_and_gradient(net, expected), first));
  }
  return worst;
}

RoundMixture mixture_in(int64_t d) {
  if (d == 1) return {{0.3, 0.7}, tensor({-1.0, 1.5}, {2, 1}, DType::f64), 0.5};
  return {{0.2, 0.5, 0.3}, tensor({-1, 0.5, 1, 1, 0, -1.2}, {3, 2}, DType::f64), 0.5};
}

// Returns the integration weights p(x) dx of a grid's points.
Tensor measure_of(const RoundMixture& p, const Grid& grid, const Tensor& x) {
  return exp(p.log_prob(x)) * grid.volume;
}

// Returns all 2^d vectors of 1 and -1 for each row: (2^d, rows, d).
Tensor all_rademacher(int64_t d, int64_t rows) {
  const Tensor signs = all_signs(d).points;
  return broadcast_to(reshape(signs, {signs.dim(0), 1, d}), {signs.dim(0), rows, d});
}

Tensor sliced(const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
  return sliced_score_matching(model, x, probes);
}

Tensor sliced_reduced(const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
  return sliced_score_matching(model, x, probes, {.variance_reduced = true});
}

Tensor hutchinson(const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
  return hutchinson_score_matching(model, x, probes);
}

Tensor finite_difference(const ScoreFunction& model, const Tensor& x, const Tensor& probes, double eps) {
  return finite_difference_score_matching(model, x, probes, eps);
}

Tensor denoising(const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
  return denoising_score_matching(model, x, eps, {.sigma = sigma, .antithetic = false});
}

Tensor denoising_pairs(const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
  return denoising_score_matching(model, x, eps, {.sigma = sigma});
}

/// Returns the largest relative difference of the gradients of E_p[implicit] and E_p[explicit].
RowResult ism_equals_esm(ImplicitObjective objective, const RowContext&) {
  double worst = 0;
  for (const int64_t d : {1, 2}) {
    const RoundMixture p = mixture_in(d);
    const Grid grid(p.box(9), d == 1 ? 400 : 90);
    const Tensor x = grid.points(0, grid.count()), weight = measure_of(p, grid, x), data_score = p.score(x);
    const auto ism = [&](const ScoreFunction& model) { return sum(weight * objective(model, x)); };
    const auto esm = [&](const ScoreFunction& model) {
      return sum(weight * explicit_score_matching(model, x, data_score));
    };
    worst = std::max(worst, gap_of_losses(d, 1, ism, esm, kGradientOnly));
  }
  return {
      worst, AtMost{1e-9},
      "f64, networks of 6 hidden tanh units as energies and as vector fields, mixtures in 1 and 2 "
      "dimensions, midpoint rule; value: largest difference of the gradients relative to the largest entry"};
}

/// Returns the largest relative difference of the sliced objective, averaged over all 2^d Rademacher probes,
/// and the implicit one, for losses and gradients.
double enumeration_gap(SlicedObjective objective) {
  constexpr int64_t kDims = 4, kRows = 5;
  Rng rng(1, "ledger/enumeration");
  const Tensor x = randn({kRows, kDims}, rng, DType::f64), probes = all_rademacher(kDims, kRows);
  const auto ssm = [&](const ScoreFunction& model) { return mean(objective(model, x, probes)); };
  const auto ism = [&](const ScoreFunction& model) { return mean(implicit_score_matching(model, x)); };
  return gap_of_losses(kDims, 2, ssm, ism);
}

/// Sliced score matching, without and with variance reduction.
struct SlicedPair {
  SlicedObjective plain = sliced, reduced = sliced_reduced;
};

RowResult ssm_enumerated(const SlicedPair& of, const RowContext&) {
  return {std::max(enumeration_gap(of.plain), enumeration_gap(of.reduced)), AtMost{1e-12},
          "f64, 4 dimensions, all 16 probes, 5 points, an energy and a vector field, with and without "
          "variance reduction; value: largest relative difference of loss and gradient"};
}

RowResult hutchinson_ism(SlicedObjective objective, const RowContext&) {
  return {
      enumeration_gap(objective), AtMost{1e-12},
      "f64, 4 dimensions, all 16 probes, 5 points, energy and vector field; value: largest relative error"};
}

using FiniteDifferenceObjective = Tensor (*)(const ScoreFunction& model, const Tensor& x,
                                             const Tensor& probes, double eps);

RowResult fd_ssm(FiniteDifferenceObjective objective, const RowContext&) {
  constexpr int64_t kDims = 4, kRows = 5;
  constexpr double kEps = 0.04;
  Rng rng(1, "ledger/finite_difference");
  const Tensor x = randn({kRows, kDims}, rng, DType::f64), probes = randn({3, kRows, kDims}, rng, DType::f64);
  double furthest = 4;
  for (const bool is_energy : {true, false}) {
    const SmallNet net(kDims, is_energy, 2);
    const auto exact = value_and_gradient(
        net, [&](const ScoreFunction& model) { return mean(sliced_score_matching(model, x, probes)); });
    const auto errors = [&](double eps) {
      std::vector<double> found = value_and_gradient(
          net, [&](const ScoreFunction& model) { return mean(objective(model, x, probes, eps)); });
      double gradient = 0;
      for (size_t i = 1; i < found.size(); ++i) gradient = std::max(gradient, std::abs(found[i] - exact[i]));
      return std::array{std::abs(found[0] - exact[0]), gradient};
    };
    const auto wide = errors(kEps), narrow = errors(kEps / 2);
    for (const size_t part : {size_t{0}, size_t{1}}) {
      const double ratio = wide[part] / narrow[part];
      if (std::abs(ratio - 4) > std::abs(furthest - 4)) furthest = ratio;
    }
  }
  return {
      furthest, Near{4, 0.05},
      "f64, 4 dimensions, 5 points, 3 probes, tanh networks as energy and as vector field; value: ratio of "
      "the error at eps = 0.04 to the error at 0.02, for loss and gradient, the ratio furthest from 4"};
}

/// Returns the largest relative difference of the gradients of E_p E_eps[denoising] and E_p_sigma[explicit],
/// from quadrature in x and eps.
double denoising_gradient_gap(DenoisingObjective objective) {
  constexpr double kSigma = 0.6;
  const RoundMixture p = mixture_in(1), noisy = p.noised(kSigma * kSigma);
  const RoundMixture standard{{1.0}, zeros({1, 1}, DType::f64), 1.0};
  const Grid grid(p.box(9), 240), noise_grid(standard.box(9), 120), noisy_grid(noisy.box(9), 400);
  const Tensor x1 = grid.points(0, grid.count()), eps1 = noise_grid.points(0, noise_grid.count());
  const int64_t n = grid.count(), m = noise_grid.count();
  const Tensor x = reshape(broadcast_to(x1, {n, m}), {n * m, 1});                       // all pairs
  const Tensor eps = reshape(broadcast_to(reshape(eps1, {1, m}), {n, m}), {n * m, 1});  // (n m, 1)
  const Tensor weight = measure_of(p, grid, x) * measure_of(standard, noise_grid, eps);
  const Tensor at = noisy_grid.points(0, noisy_grid.count()),
               noisy_weight = measure_of(noisy, noisy_grid, at);
  const auto dsm = [&](const ScoreFunction& model) { return sum(weight * objective(model, x, eps, kSigma)); };
  const auto esm = [&](const ScoreFunction& model) {
    return sum(noisy_weight * explicit_score_matching(model, at, noisy.score(at)));
  };
  return gap_of_losses(1, 3, dsm, esm, kGradientOnly);
}

/// Denoising score matching, without and with antithetic pairs of noise.
struct DenoisingPair {
  DenoisingObjective plain = denoising, pairs = denoising_pairs;
};

RowResult dsm_equals_esm(const DenoisingPair& of, const RowContext&) {
  return {
      std::max(denoising_gradient_gap(of.plain), denoising_gradient_gap(of.pairs)), AtMost{1e-9},
      "f64, a mixture in 1 dimension, sigma 0.6, quadrature over 240 x and 120 eps, energy and vector field, "
      "with and without antithetic pairs; value: largest difference relative to the largest entry"};
}

/// Largest difference, over the largest entry, of a tied denoising auto-encoder's E|r(x~) - x|^2 and 2
/// sigma^4 times the denoising objective of its energy: value and parameters' gradient.
// f(x) = (c'x - |x|^2/2 + sum_j softplus(W_j x + b_j)) / sigma^2 has the score (r(x) - x) / sigma^2 with
// r(x) = W' sigmoid(W x + b) + c; so with x~ = x + sigma eps,
//   1/2 |s(x~) + eps/sigma|^2 = 1/2 |r(x~) - x~ + (x~ - x)|^2 / sigma^4 = |r(x~) - x|^2 / (2 sigma^4).
RowResult vincent(DenoisingObjective objective, const RowContext&) {
  constexpr int64_t kRows = 6, kDims = 4, kHidden = 3;
  constexpr double kSigma = 0.4;
  Rng rng(1, "ledger/vincent");
  const Tensor x = randn({kRows, kDims}, rng, DType::f64), eps = randn({kRows, kDims}, rng, DType::f64);
  const Tensor w = randn({kHidden, kDims}, rng, DType::f64).requires_grad_(),
               b = randn({kHidden}, rng, DType::f64).requires_grad_(),
               c = randn({kDims}, rng, DType::f64).requires_grad_();
  const Tensor parameters[] = {w, b, c};
  Tape tape;
  const Tensor noisy = x + eps * kSigma;
  const Tensor r = matmul(sigmoid(linear(noisy, w, b)), w) + c;
  const auto dae = with_gradient(mean(sum(square(r - x), 1)), parameters);
  const auto energy = [&](const Tensor& at) {
    return (sum(c * at, 1) - sum(square(at), 1) * 0.5 + sum(softplus(linear(at, w, b)), 1)) /
           (kSigma * kSigma);
  };
  const auto dsm =
      with_gradient(mean(objective({energy, true}, x, eps, kSigma)) * 2.0 * std::pow(kSigma, 4), parameters);
  return {relative_gap(dsm, dae), AtMost{1e-10},
          "f64, network 4-3-4 with tied weights, 6 points, sigma 0.4; value: largest relative difference of "
          "J_DAE and 2 sigma^4 J_DSM, for the loss and its gradient in W, b, c"};
}

Tensor half_square(const Tensor& a) { return sum(square(a), 1) * 0.5; }

// Returns only the trace from the objective; its factor is then changed.
Tensor trace_of(const ScoreFunction& model, const Tensor& x) {
  return implicit_score_matching(model, x) - half_square(score_at(model, x));
}

Tensor flipped_noise(const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
  return half_square(score_at(model, x + eps * sigma) - eps / sigma);
}
Tensor wider_noise(const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
  return denoising_score_matching(model, x, eps, {.sigma = sigma * 1.05, .antithetic = false});
}

}  // namespace

Rows score_matching_rows() {
  return {
      identity(
          {"score.ism_equals_esm",
           "implicit and explicit score matching have equal gradients: E_p[1/2|s|^2 + tr grad s] = E_p[1/2|s "
           "- s_p|^2] + constant",
           "Hyvarinen 2005, theorem 1", 2},
          ism_equals_esm, [](auto& model, auto& x) { return implicit_score_matching(model, x); },
          {{"half of the trace",
            [](auto& model, auto& x) { return half_square(score_at(model, x)) + trace_of(model, x) * 0.5; }},
           {"a trace of the wrong sign",
            [](auto& model, auto& x) { return half_square(score_at(model, x)) - trace_of(model, x); }},
           {"a square without its 1/2",
            [](auto& model, auto& x) {
              return half_square(score_at(model, x)) * 2.0 + trace_of(model, x);
            }}}),
      identity({"score.ssm_enumerated",
                "sliced score matching averaged over all Rademacher probes is implicit score matching",
                "Song et al. 2019, section 3.1", 1},
               ssm_enumerated, {},
               {{"a probe that is left out",
                 {.plain = [](auto& model, auto& x,
                              auto& probes) { return sliced(model, x, probes.rows(0, 15)); }}},
                {"a square without its 1/2",
                 {.reduced =
                      [](auto& model, auto& x, auto& probes) {
                        return sliced_reduced(model, x, probes) + half_square(score_at(model, x));
                      }}}}),
      identity(
          {"score.hutchinson_ism",
           "implicit score matching with Hutchinson's trace, averaged over all Rademacher probes, is exact",
           "Hutchinson 1989; Song et al. 2019, section 3.1", 1},
          hutchinson_ism, hutchinson,
          {{"a trace that is counted twice",
            [](auto& model, auto& x, auto& probes) {
              return hutchinson(model, x, probes) * 2.0 - half_square(score_at(model, x));
            }},
           {"a probe that is left out",
            [](auto& model, auto& x, auto& probes) { return hutchinson(model, x, probes.rows(1, 16)); }}}),
      identity({"score.fd_ssm",
                "sliced score matching with finite differences of step eps has an error of O(eps^2)",
                "Pang et al. 2020", 1},
               fd_ssm, finite_difference,
               {{"differences that are not centred at x",
                 [](auto& model, auto& x, auto& probes, double eps) {
                   return finite_difference(model, x + probes.rows(0, 1)[0] * eps, probes, eps);
                 }},
                {"a loss that is 10 % too large",
                 [](auto& model, auto& x, auto& probes, double eps) {
                   return finite_difference(model, x, probes, eps) * 1.1;
                 }}}),
      identity(
          {"score.dsm_equals_esm",
           "denoising score matching and explicit score matching of p * N(0, sigma^2) have the same gradient",
           "Vincent 2011, section 4.2", 3},
          dsm_equals_esm, {},
          {{"noise that is 5 % wider", {.plain = wider_noise}},
           {"noise of the wrong sign", {.pairs = flipped_noise}}}),
      identity({"score.vincent",
                "the loss of a tied denoising autoencoder is 2 sigma^4 times denoising score matching of its "
                "energy",
                "Vincent 2011, section 4.3", 1},
               vincent, denoising,
               {{"sigma^2 instead of sigma^4",
                 [](auto& model, auto& x, auto& eps, double sigma) {
                   return denoising_score_matching(
                       model, x, eps, {.sigma = sigma, .antithetic = false, .sigma_weighted = true});
                 }},
                {"noise of the wrong sign", flipped_noise}})};
}

}  // namespace gradzoo
