#include "gradzoo/samplers/kinds/annealed.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "gradzoo/samplers/metropolis.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/samplers/line_density.h"

namespace gradzoo {
namespace {

/// N(0,1) truncated to [-0.5, 1].
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

LeapfrogEnd leapfrog_from(const Target& target, const Tensor& x, const Tensor& p, double e, int64_t steps) {
  return leapfrog(target, x, value_and_score(target, x), p.clone(), ones({x.dim(1)}, x.dtype()), e, steps);
}

RowResult hmc_exchangeable(const Move& move, const RowContext& context) {
  // P(one of six |z| exceeds 4.4) = 6.5e-5.
  return exchange_row({{"N(0,1)", standard_normal_density(), move},
                       {"a lopsided mixture", lopsided_density(), move},
                       {"N(0,1) truncated to [-0.5, 1]", cut_normal_density(), move}},
                      4.4, "4 leapfrog steps of 0.5, ", "6; false-alarm rate 7e-5", context);
}

/// Returns the energy error of a trajectory with `steps` steps: x, p (B, d) -> (B).
using EnergyLost = Tensor (*)(const Target& target, const Tensor& x, const Tensor& p, double e,
                              int64_t steps);

/// Returns the slope of log(rms energy error) against log(step) from trajectories of 10 to 80 steps.
RowResult hmc_energy(EnergyLost integrate, const RowContext& context) {
  constexpr int64_t kChains = 1000;
  const NoGrad quiet;
  Rng rng(context.seed, "ledger/energy");
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
  const double order = (count * sum_xy - sum_x * sum_y) / (count * sum_xx - sum_x * sum_x);
  return {order, Near{2, 0.1},
          "f64, trajectories of length 1 with 10, 20, 40 and 80 leapfrog steps from 1000 draws of a lopsided "
          "mixture; value: slope of log rms(H(end) - H(begin)) against the logarithm of the step size"};
}

Tensor energy_of(const Target& target, const Tensor& x, const Tensor& p) {
  return sum(square(p), 1) * 0.5 - target.log_prob(x);
}

// An integrator of order 1, as the kicks are not halved at both ends.
Tensor lost_by_euler(const Target& target, const Tensor& x, const Tensor& p, double e, int64_t steps) {
  Tensor at = x, momentum = p;
  for (int64_t i = 0; i < steps; ++i) {
    momentum = momentum + score_of(target, at) * e;
    at = at + momentum * e;
  }
  return energy_of(target, x, p) - energy_of(target, at, momentum);
}

// Reflections that stop the particle instead of reversing it.
Tensor stopped_at_mirrors(const Target& target, const Tensor& x, Rng& rng) {
  const Tensor moved = clamp(x + randn_like(x, rng) * 0.8, target.domain.lower, target.domain.upper);
  const Tensor ratio = target.log_prob(moved) - target.log_prob(x);
  const Tensor moves = metropolis_moves(ratio, rand({x.dim(0)}, rng, x.dtype()));
  return where(moves.view({x.dim(0), 1}), moved, x);
}

}  // namespace

Rows hamiltonian_rows() {
  return {
      identity({"samplers.hmc_exchangeable",
                "transitions of HMC from x ~ p are reversible, also in a bounded domain: (x, x_next) and "
                "(x_next, x) have one distribution",
                "Duane et al. 1987; Neal 2011", 3},
               hmc_exchangeable, move_by<Hmc>(HmcOptions{.step = 0.5, .leapfrog_steps = 4, .adapt = false}),
               {{"trajectories that are always accepted",
                 [](auto& target, auto& x, auto& rng) {
                   return leapfrog_from(target, x, randn_like(x, rng), 1.5, 4).x;
                 }},
                {"the energy difference with the wrong sign",
                 [](auto& target, auto& x, auto& rng) {
                   const LeapfrogEnd end = leapfrog_from(target, x, randn_like(x, rng), 1.2, 3);
                   return metropolis(x, end.value, end.x, end.value, neg(end.energy_lost), rng).x;
                 }},
                {"reflections that stop the particle", stopped_at_mirrors}}),
      identity({"samplers.hmc_energy",
                "the energy error of the leapfrog integrator is proportional to the square of its step size",
                "Leimkuhler & Reich 2004; Neal 2011, section 2.3", 1},
               hmc_energy,
               [](auto& target, auto& x, auto& p, double e, int64_t steps) {
                 return leapfrog_from(target, x, p, e, steps).energy_lost;
               },
               {{"kicks that are not halved at the ends", lost_by_euler}})};
}

namespace {

// log of weight N(x; mu, s^2), x (B, 1) -> (B, 1), without the factor 1/sqrt(2 pi) that all share.
Tensor log_component(const Tensor& x, double weight, double mu, double s) {
  return square((x - mu) / s) * -0.5 + std::log(weight / s);
}

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

RowResult exchange_row(const std::vector<ExchangeCase>& cases, double most, std::string_view how,
                       std::string_view chances, const RowContext& context) {
  const int64_t pairs = context.count(1'000'000, 100'000);
  double worst = 0;
  std::string found;
  for (const ExchangeCase& each : cases) {
    Rng rng(context.seed, "ledger/exchange");
    const NoGrad quiet;
    const Tensor x = each.density.sample(pairs, rng), moved = each.move(each.density.target, x, rng);
    const Tensor low = x * moved * (x - moved);                   // x^2 x' - x x'^2
    const Tensor high = x * moved * (square(x) - square(moved));  // x^3 x' - x x'^3
    const double z = std::max(std::abs(z_score(low, 0)), std::abs(z_score(high, 0)));
    found += fmt::format("{} {:.2f}, ", each.name, z);
    worst = std::max(worst, z);
  }
  return {worst, AtMost{most},
          fmt::format("f64, {} pairs (x, y = x_next) with x drawn from p, {}larger |z| of x^2 y - x y^2 and "
                      "x^3 y - x y^3: {}at most {} SE, which allows for {} tests",
                      pairs, how, found, most, chances)};
}

Tensor moved_on(const Move& move, const Target& target, Tensor x, int64_t steps, Rng& rng) {
  for (int64_t step = 0; step < steps; ++step) x = move(target, x, rng);
  return x;
}

namespace {

/// Returns the chains after a whole annealed walk from x.
using AnnealedWalk = Tensor (*)(const Tensor& x, double step, StepConvention convention, uint64_t seed);

// A Gaussian blurred, in closed form: the score of N(1, 0.25 + sigma^2).
Tensor annealed_walk(const Tensor& x, double step, StepConvention convention, const char* sigmas,
                     uint64_t seed) {
  const Target target{
      .score = [](const Tensor& at) { return (1.0 - at) * 4.0; },
      .noisy_score = [](const Tensor& at, double sigma) { return (1.0 - at) / (0.25 + sigma * sigma); }};
  AnnealedLangevin sampler(
      {.step = step, .convention = convention, .sigmas = sigmas, .level_steps = 20, .denoise = true});
  Rng rng(seed, "ledger/annealed");
  sampler.begin(target, x);
  for (int64_t i = 0; i < sampler.length().steps; ++i) sampler.step(target, rng);
  return sampler.x();
}
constexpr const char* kSigmas = "1,0.5,0.2";

Tensor walk(const Tensor& x, double step, StepConvention convention, uint64_t seed) {
  return annealed_walk(x, step, convention, kSigmas, seed);
}

/// Returns the number of bytes that differ between steps 2 eta in the half and eta in the full convention.
double convention_difference(AnnealedWalk walk_by, DType dtype, uint64_t seed) {
  constexpr double kStep = 0.02;
  Rng rng(1, "ledger/annealed-start");
  const Tensor x = randn({1000, 3}, rng, dtype);
  const Tensor full = walk_by(x, kStep, StepConvention::full, seed),
               half = walk_by(x, 2 * kStep, StepConvention::half, seed);
  return visit_floating(dtype, [&]<class T>() {
    const auto* a = reinterpret_cast<const unsigned char*>(full.data<T>());
    const auto* b = reinterpret_cast<const unsigned char*>(half.data<T>());
    double differing = 0;
    for (size_t i = 0; i < sizeof(T) * static_cast<size_t>(x.size()); ++i) differing += a[i] != b[i];
    return differing;
  });
}

RowResult annealed_conventions(AnnealedWalk walk_by, const RowContext& context) {
  const double bytes = convention_difference(walk_by, DType::f32, context.seed) +
                       convention_difference(walk_by, DType::f64, context.seed);
  return {
      bytes, AtMost{0},
      "f32 and f64, 1000 chains, three noise levels of 20 steps and the denoising step; value: different "
      "bytes with eta = 0.02 in x + eta grad f + sqrt(2 eta) z and 0.04 in x + eta/2 grad f + sqrt(eta) z"};
}

}  // namespace

Rows annealed_rows() {
  return {identity(
      {"samplers.annealed_conventions",
       "the two conventions of annealed Langevin, with steps eta and 2 eta, give bit-identical chains",
       "Song & Ermon 2019; Roberts & Tweedie 1996", 1},
      annealed_conventions, walk,
      {{"equal step sizes in both conventions",
        [](auto& x, double step, StepConvention convention, uint64_t seed) {
          return annealed_walk(x, convention == StepConvention::half ? step / 2 : step, convention, kSigmas,
                               seed);
        }},
       {"different noise levels", [](auto& x, double step, StepConvention convention, uint64_t seed) {
          return annealed_walk(x, step, convention,
                               convention == StepConvention::half ? "1,0.5,0.3" : kSigmas, seed);
        }}})};
}

}  // namespace gradzoo
