#include "gradzoo/samplers/kinds/langevin.h"

#include <array>

#include "gradzoo/samplers/kinds/random_walk.h"
#include "gradzoo/samplers/metropolis.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/samplers/line_density.h"

namespace gradzoo {
namespace {

// Limit of the largest of up to ten |z|: false-alarm rate at most 10 * 6.8e-6.
constexpr double kLimit = 4.5;

struct NamedMove {
  std::string name;
  Move move;
};

const Move kMhOfStep2 = move_by<RandomWalk>(RandomWalkOptions{.step = 2});

// Langevin's proposal with a wrong acceptance ratio.
Tensor langevin_with(const Target& target, const Tensor& x, Rng& rng, double e, double proposal_ratio) {
  const PointValue at = value_and_score(target, x);
  const Tensor z = randn_like(x, rng), moved = x + at.score * e + z * std::sqrt(2 * e);
  const PointValue there = value_and_score(target, moved);
  const Tensor forward = sum(square(z), 1) * -0.5;
  const Tensor backward = sum(square(x - moved - there.score * e), 1) * (-0.25 / e);
  const Tensor ratio = there.log_prob - at.log_prob + (backward - forward) * proposal_ratio;
  const Tensor moves = metropolis_moves(ratio, rand({x.dim(0)}, rng, x.dtype()));
  return where(moves.view({x.dim(0), 1}), moved, x);
}

RowResult exchangeable(const std::vector<NamedMove>& moves, const RowContext& context) {
  std::vector<ExchangeCase> cases;
  for (const NamedMove& each : moves) {
    cases.push_back({each.name + " on N(0,1)", standard_normal_density(), each.move});
    cases.push_back({each.name + " on a lopsided mixture", lopsided_density(), each.move});
  }
  return exchange_row(cases, kLimit, "", "8; false-alarm rate 6e-5", context);
}

constexpr int64_t kStates = 5;

// Up with probability 0.7, down with 0.3, on a ring: not symmetric, so that the proposal's ratio counts.
double table_proposal(int64_t from, int64_t to) {
  if (to == (from + 1) % kStates) return 0.7;
  return from == (to + 1) % kStates ? 0.3 : 0.0;
}

size_t cell(int64_t i, int64_t j) { return static_cast<size_t>(i * kStates + j); }

/// A Metropolis acceptance in logarithms, elementwise.
using Acceptance = Tensor (*)(const Tensor& log_ratio);

/// Probabilities of five states, none alike.
std::vector<double> table_probabilities() { return {0.4, 0.05, 0.25, 0.1, 0.2}; }

/// Returns the largest |p_i P_ij - p_j P_ji| and |(pP)_i - p_i| for P_ij = q_ij a_ij, q a lopsided proposal.
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

// The five states as a piecewise constant density on [0,5).
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

/// The acceptance rule of the matrix, and the sampler.
struct TableWalk {
  Acceptance acceptance = metropolis_acceptance;
  Move move = kMhOfStep2;
};

/// Returns Pearson's chi-squared of the chains' states after a start in the first state.
RowResult mh_table(const TableWalk& walk, const RowContext& context) {
  constexpr double kChiSquare = 23.51;  // 4 degrees of freedom, exceeded with probability 1e-4
  const int64_t chains = context.count(100'000, 20'000), steps = context.count(100, 60);
  const double balance = table_balance_error(walk.acceptance);
  Rng rng(context.seed, "ledger/table");
  const NoGrad quiet;
  const Tensor x = moved_on(walk.move, table_target(), rand({chains, 1}, rng, DType::f64), steps, rng);
  std::vector<double> count(kStates, 0.0);
  for (const double value : x.to_vector()) count.at(static_cast<size_t>(value)) += 1;
  const double found = chi_square(count, table_probabilities());
  return {std::max(balance / 1e-15, found / kChiSquare), AtMost{1},
          fmt::format(
              "5 x 5 transition matrix with a lopsided proposal: error of detailed balance and stationarity "
              "{:.1e} (allowed 1e-15); {} chains of the sampler from state 1, {} steps: chi-squared {:.2f} "
              "(allowed {}, false-alarm rate 1e-4); value: the larger share of what is allowed",
              balance, chains, steps, found, kChiSquare)};
}

/// A Gaussian in the plane, correlated and off the origin.
struct PlaneGaussian {
  double mean[2] = {1, -2};
  double covariance[3] = {1, 0.8, 1.5};  // xx, xy, yy

  Target target() const {
    const auto [xx, xy, yy] = covariance;
    const double determinant = xx * yy - xy * xy;
    const Tensor mu = tensor({mean[0], mean[1]}, {2}, DType::f64);
    const Tensor precision = tensor(
        {yy / determinant, -xy / determinant, -xy / determinant, xx / determinant}, {2, 2}, DType::f64);
    return {.log_prob = [mu, precision](const Tensor& x) {
      const Tensor centred = x - mu;
      return sum(matmul(centred, precision) * centred, 1) * -0.5;
    }};
  }
};

struct GaussianMoves {
  Move mh = move_by<RandomWalk>(RandomWalkOptions{.step = 1});
  Move mala = move_by<AdjustedLangevin>(AdjustedLangevinOptions{.step = 0.3});
};

RowResult moments(const GaussianMoves& moves, const RowContext& context) {
  const int64_t chains = context.count(10'000, 3000), steps = context.count(200, 100);
  const PlaneGaussian gaussian;
  const auto z_of = [&](const Move& move) {
    Rng rng(context.seed, "ledger/moments");
    const NoGrad quiet;
    const Tensor x = moved_on(move, gaussian.target(), zeros({chains, 2}, DType::f64), steps, rng);
    const auto [xx, xy, yy] = gaussian.covariance;
    return moments_z(x, gaussian.mean, xx, xy, yy);
  };
  const double mh = z_of(moves.mh), mala = z_of(moves.mala);
  return {std::max(mh, mala), AtMost{kLimit},
          fmt::format("correlated Gaussian in the plane, {} independent chains from the origin, {} steps; "
                      "largest |z| of 2 means, 2 variances and the covariance: mh {:.2f}, mala {:.2f}; at "
                      "most {} SE, which allows for 10 tests; false-alarm rate 7e-5",
                      chains, steps, mh, mala, kLimit)};
}

/// The variance of chains on N(0,1) with steps x_next = x + eta grad f + sqrt(2 eta) z.
struct UlaLaw {
  double variance;
  double z;           // standard errors from 1/(1 - e/2)
  double z_from_one;  // standard errors from 1
};

using LangevinStep = Tensor (*)(const UnadjustedLangevinOptions& options, const Target& target,
                                const Tensor& x, Rng& rng);

RowResult ula_law(LangevinStep langevin, const RowContext& context) {
  const int64_t chains = context.count(100'000, 50'000), steps = context.count(60, 40);
  const auto law = [&](double step, StepConvention convention, double e) -> UlaLaw {
    const auto move = [&](const Target& target, const Tensor& x, Rng& rng) {
      return langevin({.step = step, .convention = convention}, target, x, rng);
    };
    Rng rng(context.seed, "ledger/ula_law");
    const NoGrad quiet;
    const Tensor start = randn({chains, 1}, rng, DType::f64);
    const Tensor squares = square(moved_on(move, standard_normal_density().target, start, steps, rng));
    return {mean(squares).item(), std::abs(z_score(squares, 1 / (1 - e / 2))), std::abs(z_score(squares, 1))};
  };
  const UlaLaw full = law(0.2, StepConvention::full, 0.2), half = law(0.8, StepConvention::half, 0.4);
  const bool biased = std::min(full.z_from_one, half.z_from_one) > 10;
  return {biased ? std::max(full.z, half.z) : INFINITY, AtMost{kLimit},
          fmt::format(
              "{} chains, {} steps: variance {:.4f} at eta = 0.2 (theory 1.1111, {:.2f} SE apart), {:.4f} at "
              "eta = 0.8 of the half convention (theory 1/(1 - eta/4) = 1.25, {:.2f} SE apart); {:.0f} and "
              "{:.0f} SE from 1 (at least 10); value: the larger error in SE; false-alarm rate 2e-5",
              chains, steps, full.variance, full.z, half.variance, half.z, full.z_from_one, half.z_from_one)};
}

}  // namespace

Rows langevin_rows() {
  return {
      identity({"samplers.exchangeable",
                "transitions of mh and mala from x ~ p are reversible: (x, x_next) and (x_next, x) have one "
                "distribution",
                "detailed balance (Hastings 1970; Roberts & Tweedie 1996)", 1},
               exchangeable,
               {{"mh", move_by<RandomWalk>(RandomWalkOptions{.step = 1.5})},
                {"mala", move_by<AdjustedLangevin>(AdjustedLangevinOptions{.step = 0.5})}},
               {{"an acceptance without the proposal's ratio",
                 {{"planted",
                   [](auto& target, auto& x, auto& rng) { return langevin_with(target, x, rng, 0.5, 0); }}}},
                {"the proposal's ratio upside down",
                 {{"planted",
                   [](auto& target, auto& x, auto& rng) { return langevin_with(target, x, rng, 0.5, -1); }}}},
                {"Langevin without an acceptance step",
                 {{"planted", move_by<UnadjustedLangevin>(UnadjustedLangevinOptions{.step = 0.5})}}},
                {"every proposal accepted",
                 {{"planted", [](auto&, auto& x, auto& rng) { return x + randn_like(x, rng) * 1.5; }}}}}),
      identity(
          {"samplers.mh_table",
           "Metropolis-Hastings keeps five probabilities stationary, and converges to them from one state",
           "Hastings 1970", 1},
          mh_table, {},
          {{"an acceptance that forgets its bound", {.acceptance = [](auto& r) { return exp(r); }}},
           {"every move accepted", {.acceptance = [](auto& r) { return ones_like(r); }}},
           {"half of the acceptance ratio",
            {.acceptance = [](auto& r) { return metropolis_acceptance(r * 0.5); }}},
           {"chains that reject too rarely",
            {.move =
                 [](auto&, auto& x, auto& rng) {
                   const Target warm{.log_prob = [](auto& y) { return table_target().log_prob(y) * 0.9; }};
                   return kMhOfStep2(warm, x, rng);
                 }}}}),
      identity({"samplers.moments", "mh and mala chains reach the mean and covariance of a Gaussian target",
                "Roberts & Tweedie 1996", 1},
               moments, {},
               {{"Langevin without an acceptance step",
                 {.mala = move_by<UnadjustedLangevin>(UnadjustedLangevinOptions{.step = 0.3})}},
                {"chains that are too short to converge",
                 {.mh = move_by<RandomWalk>(RandomWalkOptions{.step = 0.01})}}}),
      identity({"samplers.ula_law",
                "unadjusted Langevin with step eta on N(0,1) has the variance 1/(1 - eta/2) instead of 1",
                "x_next = (1 - eta) x + sqrt(2 eta) z is an autoregression", 1},
               ula_law,
               [](auto& options, auto& target, auto& x, auto& rng) {
                 return one_step(UnadjustedLangevin(options), target, x, rng);
               },
               {{"an exact kernel",
                 [](auto& options, auto& target, auto& x, auto& rng) {
                   return one_step(AdjustedLangevin({.step = options.step}), target, x, rng);
                 }},
                {"noise of half the variance", [](auto& options, auto& target, auto& x, auto& rng) {
                   UnadjustedLangevinOptions quiet = options;
                   quiet.noise = std::sqrt(0.5);
                   return one_step(UnadjustedLangevin(quiet), target, x, rng);
                 }}})};
}

}  // namespace gradzoo
