#include "tools/ledger/samplers/hamiltonian.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "samplers/kinds/hmc.h"
#include "samplers/leapfrog.h"
#include "samplers/metropolis.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

constexpr int64_t kPairs = 100'000;

Trajectory from(const Target& target, const Tensor& x, const Tensor& p, double e, int64_t steps) {
  return leapfrog(target, x, value_and_score(target, x), p.clone(), ones({x.dim(1)}, x.dtype()), e, steps);
}

Tensor energy_of(const Target& target, const Tensor& x, const Tensor& p) {
  return sum(square(p), 1) * 0.5 - target.log_prob(x);
}

TEST_CASE("samplers.hmc_exchangeable holds, and sees what is not reversible") {
  for (const LineDensity& density : {standard_normal_density(), lopsided_density(), cut_normal_density()}) {
    const Target& target = density.target;
    const auto z = [&](Kernel kernel) { return exchange_z(density, kernel, kPairs, 1); };
    Hmc sampler({.step = 0.5, .leapfrog_steps = 4, .adapt = false});
    const auto hmc = [&](const Tensor& x, Rng& rng) {
      sampler.begin(target, x);
      sampler.step(target, rng);
      return sampler.x();
    };
    CHECK(z(hmc) < 4.4);
    const auto without_metropolis = [&](const Tensor& x, Rng& rng) {
      return from(target, x, randn_like(x, rng), 1.5, 4).x;
    };
    const auto upside_down = [&](const Tensor& x, Rng& rng) {
      const Trajectory end = from(target, x, randn_like(x, rng), 1.2, 3);
      return metropolis(x, end.value, end.x, end.value, neg(end.energy_lost), rng).x;
    };
    CHECK(z(without_metropolis) > 4.4);
    CHECK(z(upside_down) > 4.4);
  }
}

TEST_CASE("samplers.hmc_exchangeable sees mirrors that stop a particle in place of turning it round") {
  const LineDensity density = cut_normal_density();
  const auto stopped = [&](const Tensor& x, Rng& rng) {
    const Tensor p = randn_like(x, rng);
    const Tensor moved = clamp(x + p * 0.8, -0.5, 1);
    const Tensor ratio = density.target.log_prob(moved) - density.target.log_prob(x);
    const Tensor moves = metropolis_moves(ratio, rand({x.dim(0)}, rng, x.dtype()));
    return where(moves.view({x.dim(0), 1}), moved, x);
  };
  CHECK(exchange_z(density, stopped, kPairs, 1) > 4.4);
}

TEST_CASE("samplers.hmc_energy is of order 2 for the leapfrog, and of order 1 where kicks are not halved") {
  const double leapfrog_order =
      energy_order([](const Target& target, const Tensor& x, const Tensor& p, double e,
                      int64_t steps) { return from(target, x, p, e, steps).energy_lost; },
                   1);
  CHECK(std::abs(leapfrog_order - 2) < 0.1);
  const double euler_order = energy_order(
      [](const Target& target, Tensor x, Tensor p, double e, int64_t steps) {
        const Tensor before = energy_of(target, x, p);
        for (int64_t i = 0; i < steps; ++i) {
          p = p + score_of(target, x) * e;
          x = x + p * e;
        }
        return before - energy_of(target, x, p);
      },
      1);
  CHECK(std::abs(euler_order - 2) > 0.5);
}

}  // namespace
}  // namespace gradzoo
