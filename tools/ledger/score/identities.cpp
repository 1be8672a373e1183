#include <algorithm>
#include <array>
#include <cmath>

#include "autograd/functional/functional.h"
#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "nn/layers/layers.h"
#include "tools/ledger/score/rows.h"

namespace gradzoo {
namespace {

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

/// A number and its gradient in a net's parameters, all in one list.
std::vector<double> value_and_gradient(const SmallNet& net, FunctionRef<Tensor(const ScoreFunction&)> loss) {
  std::vector<Tensor> parameters;
  for (const NamedTensor& named : net.mlp.named_parameters()) parameters.push_back(named.tensor);
  Tape tape;
  const Tensor value = loss({net, net.is_energy});
  std::vector<double> out = {value.item()};
  for (const Tensor& part : grad(value, parameters)) {
    for (const double entry : part.to_vector()) out.push_back(entry);
  }
  return out;
}

/// Largest |a - b| over the largest |b|, from entry `first` on.
double relative_gap(const std::vector<double>& a, const std::vector<double>& b, size_t first = 0) {
  double difference = 0, size = 0;
  for (size_t i = first; i < b.size(); ++i) {
    difference = std::max(difference, std::abs(a[i] - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return difference / size;
}
constexpr size_t kGradientOnly = 1;  // objectives that differ by a constant: past the value

RoundMixture mixture_in(int64_t d) {
  if (d == 1) return {{0.3, 0.7}, tensor({-1.0, 1.5}, {2, 1}, DType::f64), 0.5};
  return {{0.2, 0.5, 0.3}, tensor({-1, 0.5, 1, 1, 0, -1.2}, {3, 2}, DType::f64), 0.5};
}

// Integration weights p(x) dx of a grid's points.
Tensor measure_of(const RoundMixture& p, const Grid& grid, const Tensor& x) {
  return exp(p.log_prob(x)) * grid.volume;
}

// All 2^d vectors of +-1, each for all rows: (2^d, rows, d).
Tensor all_rademacher(int64_t d, int64_t rows) {
  const int64_t count = int64_t{1} << d;
  Tensor probes = empty({count, rows, d}, DType::f64);
  double* out = probes.mutable_data<double>();
  for (int64_t i = 0; i < count * rows * d; ++i) out[i] = (i / (rows * d)) >> (i % d) & 1 ? 1.0 : -1.0;
  return probes;
}

}  // namespace

double implicit_gradient_gap(ImplicitObjective implicit) {
  double worst = 0;
  for (const int64_t d : {1, 2}) {
    const RoundMixture p = mixture_in(d);
    const Grid grid(p.box(9), d == 1 ? 400 : 90);
    const Tensor x = grid.points(0, grid.count()), weight = measure_of(p, grid, x), data_score = p.score(x);
    for (const bool is_energy : {true, false}) {
      const SmallNet net(d, is_energy, 1);
      const auto ism = value_and_gradient(
          net, [&](const ScoreFunction& model) { return sum(weight * implicit(model, x)); });
      const auto esm = value_and_gradient(net, [&](const ScoreFunction& model) {
        return sum(weight * explicit_score_matching(model, x, data_score));
      });
      worst = std::max(worst, relative_gap(ism, esm, kGradientOnly));
    }
  }
  return worst;
}

double enumeration_gap(SlicedObjective sliced) {
  constexpr int64_t kDims = 4, kRows = 5;
  Rng rng(1, "ledger/enumeration");
  const Tensor x = randn({kRows, kDims}, rng, DType::f64), probes = all_rademacher(kDims, kRows);
  double worst = 0;
  for (const bool is_energy : {true, false}) {
    const SmallNet net(kDims, is_energy, 2);
    const auto ssm =
        value_and_gradient(net, [&](const ScoreFunction& model) { return mean(sliced(model, x, probes)); });
    const auto ism = value_and_gradient(
        net, [&](const ScoreFunction& model) { return mean(implicit_score_matching(model, x)); });
    worst = std::max(worst, relative_gap(ssm, ism));
  }
  return worst;
}

double finite_difference_ratio(FiniteDifferenceObjective sliced) {
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
          net, [&](const ScoreFunction& model) { return mean(sliced(model, x, probes, eps)); });
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
  return furthest;
}

double denoising_gradient_gap(DenoisingObjective denoising) {
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
  double worst = 0;
  for (const bool is_energy : {true, false}) {
    const SmallNet net(1, is_energy, 3);
    const auto dsm = value_and_gradient(
        net, [&](const ScoreFunction& model) { return sum(weight * denoising(model, x, eps, kSigma)); });
    const auto esm = value_and_gradient(net, [&](const ScoreFunction& model) {
      return sum(noisy_weight * explicit_score_matching(model, at, noisy.score(at)));
    });
    worst = std::max(worst, relative_gap(dsm, esm, kGradientOnly));
  }
  return worst;
}

// f(x) = (c'x - |x|^2/2 + sum_j softplus(W_j x + b_j)) / sigma^2 has the score (r(x) - x) / sigma^2 with
// r(x) = W' sigmoid(W x + b) + c; so with x~ = x + sigma eps,
//   1/2 |s(x~) + eps/sigma|^2 = 1/2 |r(x~) - x~ + (x~ - x)|^2 / sigma^4 = |r(x~) - x|^2 / (2 sigma^4).
double vincent_gap(DenoisingObjective denoising) {
  constexpr int64_t kRows = 6, kDims = 4, kHidden = 3;
  constexpr double kSigma = 0.4;
  Rng rng(1, "ledger/vincent");
  const Tensor x = randn({kRows, kDims}, rng, DType::f64), eps = randn({kRows, kDims}, rng, DType::f64);
  const Tensor w = randn({kHidden, kDims}, rng, DType::f64).requires_grad_(),
               b = randn({kHidden}, rng, DType::f64).requires_grad_(),
               c = randn({kDims}, rng, DType::f64).requires_grad_();
  const Tensor parameters[] = {w, b, c};
  const auto with_gradient = [&](const Tensor& value) {
    std::vector<double> out = {value.item()};
    for (const Tensor& part : grad(value, parameters)) {
      for (const double entry : part.to_vector()) out.push_back(entry);
    }
    return out;
  };
  Tape tape;
  const Tensor noisy = x + eps * kSigma;
  const Tensor r = matmul(sigmoid(linear(noisy, w, b)), w) + c;
  const auto dae = with_gradient(mean(sum(square(r - x), 1)));
  const auto energy = [&](const Tensor& at) {
    return (sum(c * at, 1) - sum(square(at), 1) * 0.5 + sum(softplus(linear(at, w, b)), 1)) /
           (kSigma * kSigma);
  };
  const auto dsm = with_gradient(mean(denoising({energy, true}, x, eps, kSigma)) * 2.0 * std::pow(kSigma, 4));
  return relative_gap(dsm, dae);
}

TweedieGap tweedie_gap(Denoiser denoise, uint64_t seed) {
  constexpr double kSigma = 0.8, kNarrow = 0.02;
  const RoundMixture p = mixture_in(1), noisy = p.noised(kSigma * kSigma);
  const Grid grid(p.box(9), 600);
  const Tensor x = grid.points(0, grid.count());          // (n, 1)
  const Tensor at = Grid({{-5}, {5}}, 41).points(0, 41);  // noisy points, (m, 1)
  // E[x | x~] = sum_x x p(x) N(x~; x, sigma^2) / sum_x p(x) N(x~; x, sigma^2)
  const Tensor log_joint = reshape(p.log_prob(x), {1, grid.count()}) -
                           square(at - reshape(x, {1, grid.count()})) * (0.5 / (kSigma * kSigma));  // (m, n)
  const Tensor posterior_mean = matmul(softmax(log_joint, 1), x);
  TweedieGap gap{0, 0};
  for (const double error : abs(denoise(at, noisy.score(at), kSigma) - posterior_mean).to_vector()) {
    gap.posterior_mean = std::max(gap.posterior_mean, error);
  }

  // 30 training points, each a Gaussian of width sigma: the optimal score of denoising knows them by heart.
  constexpr int64_t kPoints = 30, kDraws = 200;
  Rng rng(seed, "ledger/tweedie");
  const Tensor points = randn({kPoints, 2}, rng, DType::f64);
  const RoundMixture empirical{std::vector<double>(kPoints, 1.0 / kPoints), points, kNarrow * kNarrow};
  const Tensor away = randn({kDraws, 2}, rng, DType::f64);
  const Tensor denoised = denoise(away, empirical.score(away), kNarrow);
  const Tensor apart = reshape(denoised, {kDraws, 1, 2}) - reshape(points, {1, kPoints, 2});
  const std::vector<double> nearest = sqrt(min(sum(square(apart), 2), 1)).to_vector();
  // A draw halfway between two points goes to their mean: the median leaves such draws out.
  std::vector<double> sorted = nearest;
  std::nth_element(sorted.begin(), sorted.begin() + kDraws / 2, sorted.end());
  gap.memorised = sorted[kDraws / 2];
  return gap;
}

}  // namespace gradzoo
