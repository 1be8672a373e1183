#include "tools/ledger/samplers/hamiltonian.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "samplers/kinds/hmc.h"
#include "samplers/leapfrog.h"

namespace gradzoo {
namespace {

RowResult hmc_exchangeable(const RowContext& context) {
  constexpr int64_t kPairs = 1'000'000;
  constexpr double kMost = 4.4;  // standard errors; one of six beyond it: 6.5e-5
  Hmc sampler({.step = 0.5, .leapfrog_steps = 4, .adapt = false});
  double worst = 0;
  std::string found;
  const struct {
    const char* name;
    LineDensity density;
  } cases[] = {{"N(0,1)", standard_normal_density()},
               {"a lopsided mixture", lopsided_density()},
               {"N(0,1) cut to [-.5, 1]", cut_normal_density()}};
  for (const auto& each : cases) {
    const auto kernel = [&](const Tensor& x, Rng& rng) {
      sampler.begin(each.density.target, x);
      sampler.step(each.density.target, rng);
      return sampler.x();
    };
    const double z = exchange_z(each.density, kernel, kPairs, context.seed);
    found += fmt::format("{} {:.2f}, ", each.name, z);
    worst = std::max(worst, z);
  }
  return {
      worst, AtMost{kMost},
      fmt::format("1e6 pairs (x, x'), x drawn from p, 4 leapfrog steps of .5, f64, larger |z| of x^2 x' - x "
                  "x'^2 and x^3 x' - x x'^3: {}at most {} SE as there are 6; false alarm 7e-5",
                  found, kMost)};
}

RowResult hmc_energy(const RowContext& context) {
  const double order = energy_order(
      [](const Target& target, const Tensor& x, const Tensor& p, double e, int64_t steps) {
        const Tensor unit = ones({x.dim(1)}, x.dtype());
        return leapfrog(target, x, value_and_score(target, x), p.clone(), unit, e, steps).energy_lost;
      },
      context.seed);
  return {
      order, Near{2, 0.1},
      "trajectories of length 1 in 10, 20, 40 and 80 leapfrog steps from 1000 draws of a lopsided mixture, "
      "f64: slope of log rms(H(end) - H(begin)) over log e"};
}

}  // namespace

LineDensity cut_normal_density() {
  constexpr double kLower = -0.5, kUpper = 1;
  const auto sample = [](int64_t n, Rng& rng) {
    Tensor x = randn({n, 1}, rng, DType::f64);
    while (true) {  // by rejection
      const Tensor outside = logical_or(lt(x, kLower), gt(x, kUpper));
      if (!any(outside)) return x;
      x = where(outside, randn({n, 1}, rng, DType::f64), x);
    }
  };
  Target target = standard_normal_density().target;
  target.domain = {kLower, kUpper};
  return {target, sample};
}

double energy_order(EnergyLost integrate, uint64_t seed) {
  constexpr int64_t kChains = 1000;
  const NoGrad quiet;
  Rng rng(seed, "ledger/energy");
  const LineDensity density = lopsided_density();
  const Tensor x = density.sample(kChains, rng), p = randn_like(x, rng);
  double count = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (const int64_t steps : {10, 20, 40, 80}) {
    const double e = 1 / static_cast<double>(steps);
    const double rms = std::sqrt(mean(square(integrate(density.target, x, p, e, steps))).item());
    const double log_e = std::log(e), log_rms = std::log(rms);
    ++count;
    sum_x += log_e;
    sum_y += log_rms;
    sum_xx += log_e * log_e;
    sum_xy += log_e * log_rms;
  }
  return (count * sum_xy - sum_x * sum_y) / (count * sum_xx - sum_x * sum_x);
}

Row hmc_exchangeable_row() {
  return {"samplers.hmc_exchangeable",
          RowKind::identity,
          "a transition of HMC from x ~ p: (x, x') has the law of (x', x), in a bounded domain too",
          "Duane et al. 1987; Neal 2011",
          true,
          3,
          hmc_exchangeable};
}

Row hmc_energy_row() {
  return {"samplers.hmc_energy",
          RowKind::identity,
          "the leapfrog integrator's error of the energy falls with the square of its step",
          "Leimkuhler & Reich 2004; Neal 2011, section 2.3",
          true,
          1,
          hmc_energy};
}

}  // namespace gradzoo
