#include "tools/ledger/samplers/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "samplers/kinds/langevin.h"
#include "samplers/kinds/random_walk.h"
#include "samplers/metropolis.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

constexpr int64_t kPairs = 100'000;

Tensor walk(const Target& target, const Tensor& x, Rng& rng, Sampler&& sampler) {
  sampler.begin(target, x);
  sampler.step(target, rng);
  return sampler.x();
}

// Langevin's proposal, with an acceptance that is not given all of the ratio.
Tensor langevin(const Target& target, const Tensor& x, Rng& rng, double e, double proposal_ratio) {
  const PointValue at = value_and_score(target, x);
  const Tensor z = randn_like(x, rng), moved = x + at.score * e + z * std::sqrt(2 * e);
  const PointValue there = value_and_score(target, moved);
  const Tensor forward = sum(square(z), 1) * -0.5;
  const Tensor backward = sum(square(x - moved - there.score * e), 1) * (-0.25 / e);
  const Tensor ratio = there.log_prob - at.log_prob + (backward - forward) * proposal_ratio;
  const Tensor moves = metropolis_moves(ratio, rand({x.dim(0)}, rng, x.dtype()));
  return where(moves.view({x.dim(0), 1}), moved, x);
}

TEST_CASE("samplers.exchangeable holds for mh and mala, and sees what is not reversible") {
  for (const LineDensity& density : {standard_normal_density(), lopsided_density()}) {
    const auto z = [&](Kernel kernel) { return exchange_z(density, kernel, kPairs, 1); };
    const auto mh = [&](const Tensor& x, Rng& rng) {
      return walk(density.target, x, rng, RandomWalk({.step = 1.5}));
    };
    const auto mala = [&](const Tensor& x, Rng& rng) {
      return walk(density.target, x, rng, AdjustedLangevin({.step = 0.5}));
    };
    const auto complete = [&](const Tensor& x, Rng& rng) { return langevin(density.target, x, rng, 0.5, 1); };
    CHECK(z(mh) < 4);
    CHECK(z(mala) < 4);
    CHECK(z(complete) < 4);

    const auto without_ratio = [&](const Tensor& x, Rng& rng) {
      return langevin(density.target, x, rng, 0.5, 0);
    };
    const auto upside_down = [&](const Tensor& x, Rng& rng) {
      return langevin(density.target, x, rng, 0.5, -1);
    };
    const auto unadjusted = [&](const Tensor& x, Rng& rng) {
      return walk(density.target, x, rng, UnadjustedLangevin({.step = 0.5}));
    };
    const auto always = [](const Tensor& x, Rng& rng) { return x + randn_like(x, rng) * 1.5; };
    CHECK(z(without_ratio) > 4.5);
    CHECK(z(upside_down) > 4.5);
    CHECK(z(unadjusted) > 4.5);
    CHECK(z(always) > 4.5);
  }
}

TEST_CASE("samplers.mh_table sees an acceptance that forgets its bound, its ratio or half of it") {
  CHECK(table_balance_error(metropolis_acceptance) < 1e-15);
  CHECK(table_balance_error([](const Tensor& r) { return exp(r); }) > 1e-3);
  CHECK(table_balance_error([](const Tensor& r) { return ones_like(r); }) > 1e-3);
  CHECK(table_balance_error([](const Tensor& r) { return metropolis_acceptance(r * 0.5); }) > 1e-3);
  // Barker's r / (1 + r) balances too: the row tests the theorem, not one formula.
  CHECK(table_balance_error([](const Tensor& r) { return sigmoid(r); }) < 1e-15);
}

TEST_CASE("samplers.mh_table sees chains that refuse too little") {
  const auto mh = [](const Tensor& x, Rng& rng) {
    return walk(table_target(), x, rng, RandomWalk({.step = 2}));
  };
  CHECK(table_chi_square(mh, 20'000, 60, 1) < 23.51);
  const auto hotter = [](const Tensor& x, Rng& rng) {
    const Target warm{.log_prob = [](const Tensor& y) { return table_target().log_prob(y) * 0.9; }};
    return walk(warm, x, rng, RandomWalk({.step = 2}));
  };
  CHECK(table_chi_square(hotter, 20'000, 60, 1) > 23.51);
}

TEST_CASE(
    "samplers.moments sees the bias of a kernel without acceptance, and chains that did not get there") {
  const PlaneGaussian gaussian;
  const Target target = gaussian.target();
  const auto z = [&](Kernel kernel, int64_t steps) { return moments_z(gaussian, kernel, 3000, steps, 1); };
  const auto mala = [&](const Tensor& x, Rng& rng) {
    return walk(target, x, rng, AdjustedLangevin({.step = 0.3}));
  };
  const auto ula = [&](const Tensor& x, Rng& rng) {
    return walk(target, x, rng, UnadjustedLangevin({.step = 0.3}));
  };
  CHECK(z(mala, 100) < 4.5);
  CHECK(z(ula, 100) > 4.5);
  CHECK(z(mala, 3) > 4.5);
}

TEST_CASE("samplers.ula_law sees an exact kernel, and noise of the wrong size") {
  const Target normal = standard_normal_density().target;
  const auto law = [&](Kernel kernel) { return measure_ula_law(kernel, 0.2, 50'000, 40, 1); };
  const UlaLaw right =
      law([&](const Tensor& x, Rng& rng) { return walk(normal, x, rng, UnadjustedLangevin({.step = 0.2})); });
  CHECK(right.z < 4);
  CHECK(right.z_from_one > 10);
  const UlaLaw exact =
      law([&](const Tensor& x, Rng& rng) { return walk(normal, x, rng, AdjustedLangevin({.step = 0.2})); });
  CHECK(exact.z > 4.5);
  CHECK(exact.z_from_one < 4);
  const UlaLaw wrong = law([&](const Tensor& x, Rng& rng) {
    return walk(normal, x, rng, UnadjustedLangevin({.step = 0.2, .noise = std::sqrt(0.5)}));
  });
  CHECK(wrong.z > 4.5);
}

}  // namespace
}  // namespace gradzoo
