#include "tools/ledger/samplers/rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "samplers/kinds/langevin.h"
#include "samplers/kinds/random_walk.h"
#include "samplers/metropolis.h"
#include "tools/ledger/samplers/hamiltonian.h"
#include "tools/ledger/samplers/references.h"
#include "tools/ledger/samplers/tables.h"

namespace gradzoo {
namespace {

// Largest of up to ten |z|: false alarm at most 10 * 6.8e-6.
constexpr double kLimit = 4.5;

// One transition of the library's own sampler; both must outlive it.
auto kernel_of(const Target& target, Sampler& sampler) {
  return [&target, &sampler](const Tensor& x, Rng& rng) {
    sampler.begin(target, x);
    sampler.step(target, rng);
    return sampler.x();
  };
}

RowResult exchangeable(const RowContext& context) {
  constexpr int64_t kPairs = 1'000'000;
  double worst = 0;
  std::string found;
  RandomWalk mh({.step = 1.5});
  AdjustedLangevin mala({.step = 0.5});
  for (Sampler* sampler : {static_cast<Sampler*>(&mh), static_cast<Sampler*>(&mala)}) {
    for (const bool lopsided : {false, true}) {
      const LineDensity density = lopsided ? lopsided_density() : standard_normal_density();
      const double z = exchange_z(density, kernel_of(density.target, *sampler), kPairs, context.seed);
      found +=
          fmt::format("{} on {} {:.2f}, ", sampler->name(), lopsided ? "a lopsided mixture" : "N(0,1)", z);
      worst = std::max(worst, z);
    }
  }
  return {worst, AtMost{kLimit},
          fmt::format("1e6 pairs (x, x'), x drawn from p, f64, larger |z| of x^2 x' - x x'^2 and x^3 x' - x "
                      "x'^3: {}at most {} SE as there are 8; false alarm 6e-5",
                      found, kLimit)};
}

RowResult mh_table(const RowContext& context) {
  constexpr double kChiSquare = 23.51;  // 4 degrees of freedom, exceeded with probability 1e-4
  constexpr int64_t kChains = 100'000, kSteps = 100;
  const double balance = table_balance_error(metropolis_acceptance);
  const Target table = table_target();
  RandomWalk sampler({.step = 2});
  const double chi_square = table_chi_square(kernel_of(table, sampler), kChains, kSteps, context.seed);
  return {std::max(balance / 1e-15, chi_square / kChiSquare), AtMost{1},
          fmt::format("detailed balance and stationarity of the 5 x 5 matrix with a lopsided proposal off by "
                      "{:.1e} (allowed 1e-15); {} chains of the sampler from state 1, {} steps: chi-square "
                      "{:.2f} (allowed {}, false alarm 1e-4); value: the larger share",
                      balance, kChains, kSteps, chi_square, kChiSquare)};
}

RowResult moments(const RowContext& context) {
  constexpr int64_t kChains = 10'000, kSteps = 200;
  const PlaneGaussian gaussian;
  const Target target = gaussian.target();
  const auto z_of = [&](Sampler&& sampler) {
    return moments_z(gaussian, kernel_of(target, sampler), kChains, kSteps, context.seed);
  };
  const double mh = z_of(RandomWalk({.step = 1})), mala = z_of(AdjustedLangevin({.step = 0.3}));
  return {std::max(mh, mala), AtMost{kLimit},
          fmt::format("correlated Gaussian in the plane, {} independent chains from the origin, {} steps: "
                      "largest |z| of 2 means, 2 variances, covariance: mh {:.2f}, mala {:.2f}; at most {} "
                      "SE as there are 10; false alarm 7e-5",
                      kChains, kSteps, mh, mala, kLimit)};
}

RowResult ula_law(const RowContext& context) {
  constexpr int64_t kChains = 100'000, kSteps = 60;
  const Target normal = standard_normal_density().target;
  const auto law = [&](double step, StepConvention convention, double e) {
    UnadjustedLangevin sampler({.step = step, .convention = convention});
    return measure_ula_law(kernel_of(normal, sampler), e, kChains, kSteps, context.seed);
  };
  const UlaLaw full = law(0.2, StepConvention::full, 0.2), half = law(0.8, StepConvention::half, 0.4);
  const bool biased = std::min(full.z_from_one, half.z_from_one) > 10;
  return {biased ? std::max(full.z, half.z) : INFINITY, AtMost{kLimit},
          fmt::format("{} chains, {} steps: variance {:.4f} at e = 0.2 (law 1.1111, {:.2f} SE off), {:.4f} "
                      "at e = 0.8 of the half convention (law 1/(1 - e/4) = 1.25, {:.2f} SE off); {:.0f} and "
                      "{:.0f} SE from 1 (at least 10); false alarm 2e-5",
                      kChains, kSteps, full.variance, full.z, half.variance, half.z, full.z_from_one,
                      half.z_from_one)};
}

}  // namespace

std::vector<Row> samplers_rows() {
  return {
      {"samplers.exchangeable", RowKind::identity,
       "one transition of an exact kernel from x ~ p: (x, x') has the law of (x', x)",
       "detailed balance: Hastings 1970; Roberts & Tweedie 1996", true, 1, exchangeable},
      {"samplers.mh_table", RowKind::identity,
       "Metropolis-Hastings leaves a table of five probabilities as it is, and gets there from one state",
       "Hastings 1970", true, 1, mh_table},
      {"samplers.moments", RowKind::identity,
       "mh and mala reach mean and covariance of a Gaussian, by standard errors of independent chains",
       "Roberts & Tweedie 1996", true, 1, moments},
      {"samplers.ula_law", RowKind::identity,
       "unadjusted Langevin on N(0,1) has variance 1/(1 - e/2), and not 1",
       "x' = (1 - e) x + sqrt(2e) z is an autoregression", true, 1, ula_law},
      hmc_exchangeable_row(),
      hmc_energy_row(),
      gibbs_table_row(),
      flip_table_row(),
      rhat_reference_row(),
      annealed_conventions_row(),
  };
}

}  // namespace gradzoo
