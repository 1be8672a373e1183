#include <numbers>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/networks/energy.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr int kNewtonSteps = 15;

// Returns the solution x of A x = b, A row-major (n, n).
std::vector<double> solve(std::vector<double> a, std::vector<double> b) {
  const size_t n = b.size();
  for (size_t k = 0; k < n; ++k) {
    size_t pivot = k;
    for (size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    for (size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[pivot * n + j]);
    std::swap(b[k], b[pivot]);
    for (size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = a[i * n + k] / a[k * n + k];
      for (size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
      b[i] -= factor * b[k];
    }
  }
  for (size_t k = 0; k < n; ++k) b[k] /= a[k * n + k];
  return b;
}

/// An objective of models/nce/nce.h.
struct NceParts {
  Tensor (*logit)(const Tensor& log_model, const Tensor& log_noise, double nu) = nce_logit;
  Tensor (*data_loss)(const Tensor& logit) = nce_data_loss;
  Tensor (*noise_loss)(const Tensor& logit) = nce_noise_loss;
};

/// Returns the larger of |c - log Z| and |A - covariance^-1|. f(x) = -x^T A x/2 and c minimise the expected
/// objective (Newton's method), with log Z = log 2 pi - log det(A)/2.
double gaussian_logz_error(const NceParts& parts, double nu) {
  const auto data = make_toy("gaussian");
  const auto noise = make_gaussian(zeros({2}, DType::f64), eye(2, DType::f64) * 4.0);
  const Grid grid(noise->box(), 200);
  const Tensor x = grid.points(0, grid.count());
  const Tensor log_noise = noise->log_prob(x);
  const Tensor data_weight = exp(data->log_prob(x)) * grid.volume,
               noise_weight = exp(log_noise) * grid.volume;
  // f(x) - c = features . theta, theta = (A11, A12, A22, c).
  const Tensor a = slice(x, 1, 0, 1), b = slice(x, 1, 1, 2);
  const Tensor pairs = concat(square(a) * -0.5, neg(a * b), 1);
  const Tensor features =
      concat(pairs, concat(square(b) * -0.5, full({grid.count(), 1}, -1, DType::f64), 1), 1);
  const auto loss = [&](const Tensor& theta) {
    const Tensor log_model = reshape(linear(features, reshape(theta, {1, 4})), {grid.count()});
    const Tensor logit = parts.logit(log_model, log_noise, nu);
    return sum(data_weight * parts.data_loss(logit)) + nu * sum(noise_weight * parts.noise_loss(logit));
  };
  std::vector<double> theta{1, 0, 1, std::log(2 * std::numbers::pi)};  // N(0, I)
  for (int step = 0; step < kNewtonSteps; ++step) {
    const Tensor at = tensor(theta, {4}, DType::f64);
    const std::vector<double> move =
        solve(hessian(loss, at).to_vector(), vjp(loss, at, scalar(1, DType::f64)).to_vector());
    for (size_t i = 0; i < 4; ++i) theta[i] -= move[i];
    if (!all_finite(tensor(theta, {4}, DType::f64)) || std::abs(theta[3]) > 1e3) return INFINITY;
  }
  const double log_z =
      std::log(2 * std::numbers::pi) - std::log(theta[0] * theta[2] - theta[1] * theta[1]) / 2;
  const double truth[3] = {1 / 0.64, -0.6 / 0.64, 1 / 0.64};  // [[1, .6], [.6, 1]]^-1
  double worst = std::abs(theta[3] - log_z);
  for (size_t i = 0; i < 3; ++i) worst = std::max(worst, std::abs(theta[i] - truth[i]));
  return std::isnan(log_z) ? INFINITY : worst;
}

RowResult gaussian_logz(const NceParts& parts, const RowContext&) {
  double worst = 0;
  for (const double nu : {1.0, 5.0}) worst = std::max(worst, gaussian_logz_error(parts, nu));
  return {
      worst, AtMost{1e-6},
      "f = -x^T A x/2 and c from the expected loss (quadrature over 200^2 cells, Newton's method), data N(0, "
      "[[1,0.6],[0.6,1]]), noise N(0, 4 I), nu 1 and 5; value: largest |c - log Z| and |A - covariance^-1|"};
}

using PairLoss = Tensor (*)(const Tensor& f_data, const Tensor& f_noise);

/// Returns the ratio of the remainders at eps and eps/2 (root mean square over 12 points) after the expansion
/// log 2 + eps^2/4 (tr H + |grad f|^2 / 2) + O(eps^4): 16 if it is right, 4 if its eps^2 term is wrong.
RowResult expansion(PairLoss loss, const RowContext&) {
  constexpr double kEps = 0.05;
  Rng rng(1, "ledger/cnce");
  const EnergyNetwork network(2, {.hidden = {16, 16}, .activation = "tanh", .input_scale = 2}, rng,
                              DType::f64);
  const auto f = [&](const Tensor& x) { return network.log_density(x); };
  const Grid grid({{-9, -9}, {9, 9}}, 60);  // exact to rounding: exp(-2 pi^2 / 0.3^2) is left
  const Tensor xi = grid.points(0, grid.count());
  const Tensor weight = exp(sum(square(xi), 1) * -0.5) * (grid.volume / (2 * std::numbers::pi));
  double whole = 0, half = 0;  // sums of squared remainders
  for (int i = 0; i < 12; ++i) {
    const Tensor x = randn({1, 2}, rng, DType::f64);
    const double second = laplacian(f, x).item() + sum(square(network.score(x))).item() / 2;
    const auto remainder = [&](double e) {
      const Tensor pairs = loss(broadcast_to(f(x), {grid.count()}), f(x + xi * e));
      return sum(weight * pairs).item() - std::log(2.0) - e * e / 4 * second;
    };
    whole += std::pow(remainder(kEps), 2);
    half += std::pow(remainder(kEps / 2), 2);
  }
  return {std::sqrt(whole / half), Near{16, 0.2},
          "f64, network 2-16-16-1 with tanh, seed 1, 12 points, noise xi by quadrature over 60^2 cells; "
          "value: ratio of the remainder after the eps^2 term at eps = 0.05 to the remainder at 0.025"};
}

}  // namespace

Rows nce_objective_rows() {
  return {identity({"nce.gaussian_logz",
                    "the constant c that NCE learns is the logarithm of the normalising constant: c = log Z",
                    "Gutmann & Hyvarinen 2010, theorem 1", 1},
                   gaussian_logz, {},
                   {{"a forgotten nu",
                     {.logit = [](auto& log_model, auto& log_noise,
                                  double) { return nce_logit(log_model, log_noise, 1); }}},
                    {"noise without its constant",
                     {.logit =
                          [](auto& log_model, auto& log_noise, double nu) {
                            return nce_logit(log_model, log_noise + std::log(8 * std::numbers::pi), nu);
                          }}},
                    {"data and noise swapped", {.data_loss = nce_noise_loss, .noise_loss = nce_data_loss}}}),
          identity({"cnce.score_matching_limit",
                    "conditional NCE with small noise eps is score matching: log 2 + eps^2/4 (tr H + |grad "
                    "f|^2/2) + O(eps^4)",
                    "Ceylan & Gutmann 2018, section 3", 1},
                   expansion, cnce_loss,
                   {{"data and noise swapped",
                     [](auto& f_data, auto& f_noise) { return cnce_loss(f_noise, f_data); }},
                    {"energies twice as large",
                     [](auto& f_data, auto& f_noise) { return cnce_loss(f_data * 2.0, f_noise * 2.0); }},
                    {"the data's term left out", [](auto&, auto& f_noise) { return softplus(f_noise); }}})};
}

}  // namespace gradzoo
