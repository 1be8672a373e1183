#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "tools/ledger/samplers/rows.h"

namespace gradzoo {
namespace {

// Standard errors of the mean of `values` from `truth`.
double z_score(const Tensor& values, double truth) {
  return (mean(values).item() - truth) / std::sqrt(var(values).item() / static_cast<double>(values.size()));
}

// log of weight N(x; mu, s^2), x (B, 1) -> (B, 1), without the factor 1/sqrt(2 pi) that all share.
Tensor log_component(const Tensor& x, double weight, double mu, double s) {
  return square((x - mu) / s) * -0.5 + std::log(weight / s);
}

constexpr int64_t kStates = 5;

// Up with probability 0.7, down with 0.3, on a ring: not symmetric, so that the proposal's ratio counts.
double table_proposal(int64_t from, int64_t to) {
  if (to == (from + 1) % kStates) return 0.7;
  return from == (to + 1) % kStates ? 0.3 : 0.0;
}

size_t cell(int64_t i, int64_t j) { return static_cast<size_t>(i * kStates + j); }

}  // namespace

LineDensity standard_normal_density() {
  return {{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5, 1); }}, [](int64_t n, Rng& rng) {
            return randn({n, 1}, rng, DType::f64);
          }};
}

LineDensity lopsided_density() {
  constexpr double kWeight = 0.3;
  const auto log_prob = [](const Tensor& x) {
    return logsumexp(concat(log_component(x, kWeight, -1.5, 0.5), log_component(x, 1 - kWeight, 1, 1), 1), 1);
  };
  const auto sample = [](int64_t n, Rng& rng) {
    const Tensor z = randn({n, 1}, rng, DType::f64), u = rand({n, 1}, rng, DType::f64);
    return where(lt(u, full({n, 1}, kWeight, DType::f64)), z * 0.5 - 1.5, z + 1.0);
  };
  return {{.log_prob = log_prob}, sample};
}

double exchange_z(const LineDensity& density, Kernel kernel, int64_t pairs, uint64_t seed) {
  Rng rng(seed, "ledger/exchange");
  const NoGrad quiet;
  const Tensor x = density.sample(pairs, rng), moved = kernel(x, rng);
  const Tensor low = x * moved * (x - moved);                   // x^2 x' - x x'^2
  const Tensor high = x * moved * (square(x) - square(moved));  // x^3 x' - x x'^3
  return std::max(std::abs(z_score(low, 0)), std::abs(z_score(high, 0)));
}

std::vector<double> table_probabilities() { return {0.4, 0.05, 0.25, 0.1, 0.2}; }

double table_balance_error(Acceptance acceptance) {
  const std::vector<double> p = table_probabilities();
  std::vector<double> log_ratio(kStates * kStates, 0.0);
  const auto each_move = [](auto visit) {
    for (int64_t i = 0; i < kStates; ++i) {
      for (int64_t j = 0; j < kStates; ++j) {
        if (table_proposal(i, j) > 0) visit(i, j);
      }
    }
  };
  const auto at = [&](int64_t i) { return p[static_cast<size_t>(i)]; };
  each_move([&](int64_t i, int64_t j) {
    log_ratio[cell(i, j)] = std::log(at(j) * table_proposal(j, i)) - std::log(at(i) * table_proposal(i, j));
  });
  const std::vector<double> taken = acceptance(tensor(log_ratio, {kStates, kStates}, DType::f64)).to_vector();
  std::vector<double> flow(kStates * kStates, 0.0);  // p_i P_ij, i != j
  std::array<double, kStates> gain{};                // (pP)_i - p_i
  each_move([&](int64_t i, int64_t j) {
    flow[cell(i, j)] = at(i) * table_proposal(i, j) * taken[cell(i, j)];
    gain[static_cast<size_t>(j)] += flow[cell(i, j)];
    gain[static_cast<size_t>(i)] -= flow[cell(i, j)];
  });
  double worst = 0;
  each_move(
      [&](int64_t i, int64_t j) { worst = std::max(worst, std::abs(flow[cell(i, j)] - flow[cell(j, i)])); });
  for (const double state : gain) worst = std::max(worst, std::abs(state));
  return worst;
}

Target table_target() {
  return {.log_prob = [](const Tensor& x) {
    const Tensor flat = reshape(x, {x.dim(0)}), outside = full(flat.shape(), -INFINITY, x.dtype());
    const Tensor low = zeros_like(flat), high = full(flat.shape(), kStates, x.dtype());
    const Tensor state = cast(clamp(floor(flat), 0, static_cast<double>(kStates - 1)), DType::i64);
    const Tensor log_p = log(tensor(table_probabilities(), {kStates}, x.dtype()));
    const Tensor inside = where(lt(flat, high), index_select(log_p, 0, state), outside);
    return where(ge(flat, low), inside, outside);
  }};
}

double table_chi_square(Kernel kernel, int64_t chains, int64_t steps, uint64_t seed) {
  Rng rng(seed, "ledger/table");
  const NoGrad quiet;
  Tensor x = rand({chains, 1}, rng, DType::f64);
  for (int64_t step = 0; step < steps; ++step) x = kernel(x, rng);
  std::array<double, kStates> count{};
  for (const double value : x.to_vector()) count.at(static_cast<size_t>(value)) += 1;
  double chi_square = 0;
  for (size_t state = 0; state < count.size(); ++state) {
    const double expected = static_cast<double>(chains) * table_probabilities()[state];
    chi_square += (count[state] - expected) * (count[state] - expected) / expected;
  }
  return chi_square;
}

Target PlaneGaussian::target() const {
  const auto [xx, xy, yy] = covariance;
  const double determinant = xx * yy - xy * xy;
  const Tensor mu = tensor({mean[0], mean[1]}, {2}, DType::f64);
  const Tensor precision =
      tensor({yy / determinant, -xy / determinant, -xy / determinant, xx / determinant}, {2, 2}, DType::f64);
  return {.log_prob = [mu, precision](const Tensor& x) {
    const Tensor centred = x - mu;
    return sum(matmul(centred, precision) * centred, 1) * -0.5;
  }};
}

double moments_z(const PlaneGaussian& gaussian, Kernel kernel, int64_t chains, int64_t steps, uint64_t seed) {
  Rng rng(seed, "ledger/moments");
  const NoGrad quiet;
  Tensor x = zeros({chains, 2}, DType::f64);
  for (int64_t step = 0; step < steps; ++step) x = kernel(x, rng);
  const Tensor a = slice(x, 1, 0, 1) - gaussian.mean[0], b = slice(x, 1, 1, 2) - gaussian.mean[1];
  const double z[] = {z_score(a, 0), z_score(b, 0), z_score(square(a), gaussian.covariance[0]),
                      z_score(a * b, gaussian.covariance[1]), z_score(square(b), gaussian.covariance[2])};
  double worst = 0;
  for (const double one : z) worst = std::max(worst, std::abs(one));
  return worst;
}

UlaLaw measure_ula_law(Kernel kernel, double e, int64_t chains, int64_t steps, uint64_t seed) {
  Rng rng(seed, "ledger/ula_law");
  const NoGrad quiet;
  Tensor x = randn({chains, 1}, rng, DType::f64);
  for (int64_t step = 0; step < steps; ++step) x = kernel(x, rng);
  const Tensor squares = square(x);
  return {mean(squares).item(), std::abs(z_score(squares, 1 / (1 - e / 2))), std::abs(z_score(squares, 1))};
}

}  // namespace gradzoo
