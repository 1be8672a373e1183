#include "gradzoo/samplers/kinds/jumps.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

/// A chain's place in the plane.
struct Place {
  double x, y;
};
std::vector<Place> places(const Tensor& x) {
  const std::vector<double> all = x.to_vector();
  std::vector<Place> out;
  for (size_t i = 0; i < all.size(); i += 2) out.push_back({all[i], all[i + 1]});
  return out;
}

double log_slope(const Place& at) { return 0.4 * at.x - 0.7 * at.y - 0.1 * at.x * at.x * at.y * at.y; }
const Target kSlope{.log_prob =
                        [](const Tensor& x) {
                          const Tensor a = slice(x, 1, 0, 1), b = slice(x, 1, 1, 2);
                          return reshape(a * 0.4 - b * 0.7 - square(a * b) * 0.1, {x.dim(0)});
                        },
                    .extent = {{-1, -2}, {2, 1}}};

// What a draw of uniforms u gives: chains that go by the difference of two others.
std::vector<Place> by_differences(const std::vector<Place>& at, const std::vector<Place>& others,
                                  double noise, Rng& rng) {
  const auto n = static_cast<int64_t>(at.size());
  const auto m = static_cast<double>(others.size());
  const std::vector<Place> u = places(rand({n, 2}, rng, DType::f64));
  const std::vector<Place> z = places(randn({n, 2}, rng, DType::f64));
  const std::vector<double> coin = rand({n}, rng, DType::f64).to_vector();
  std::vector<Place> out;
  for (size_t i = 0; i < at.size(); ++i) {
    const auto p = static_cast<size_t>(u[i].x * m);
    const auto after = static_cast<size_t>(u[i].y * (m - 1)) + 1;
    const Place &a = others[p], &b = others[(p + after) % others.size()];
    const Place to{at[i].x + a.x - b.x + noise * z[i].x, at[i].y + a.y - b.y + noise * z[i].y};
    out.push_back(coin[i] < std::exp(log_slope(to) - log_slope(at[i])) ? to : at[i]);
  }
  return out;
}

TEST_CASE("a transition is a uniform point of the extent, then a difference for each half, by its coin") {
  constexpr int64_t kChains = 2001, kHalf = 1000;
  constexpr double kNoise = 0.3;
  Rng start(1, "test/jumps"), rng(2, "test/jumps"), same(2, "test/jumps");
  const Tensor x = rand({kChains, 2}, start, DType::f64) * 4.0 - 2.0;
  Jumps sampler({.proposals = 2, .noise = kNoise});
  sampler.begin(kSlope, x);
  sampler.step(kSlope, rng);

  std::vector<Place> at = places(x);
  const std::vector<Place> u = places(rand({kChains, 2}, same, DType::f64));
  const std::vector<double> coin = rand({kChains}, same, DType::f64).to_vector();
  int64_t uniform_moves = 0;
  for (size_t i = 0; i < at.size(); ++i) {
    const bool inside = at[i].x >= -1 && at[i].x <= 2 && at[i].y >= -2 && at[i].y <= 1;
    const Place to{-1 + 3 * u[i].x, -2 + 3 * u[i].y};
    const bool moves = inside && coin[i] < std::exp(log_slope(to) - log_slope(at[i]));
    uniform_moves += moves;
    if (moves) at[i] = to;
  }
  std::vector<Place> low(at.begin(), at.begin() + kHalf), high(at.begin() + kHalf, at.end());
  low = by_differences(low, high, kNoise, same);
  high = by_differences(high, low, kNoise, same);

  const std::vector<Place> found = places(sampler.x());
  int64_t wrong = 0, moved = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const Place& wanted = i < kHalf ? low[i] : high[i - kHalf];
    wrong += std::hypot(found[i].x - wanted.x, found[i].y - wanted.y) > 1e-12;
    moved += std::hypot(wanted.x - at[i].x, wanted.y - at[i].y) > 0;
  }
  CHECK(wrong == 0);
  CHECK(moved > 400);
  CHECK(moved < 1600);
  CHECK(uniform_moves > 400);
  CHECK(sampler.moved() == approx(static_cast<double>(uniform_moves + moved) / (2 * kChains)));
  CHECK(rng.draw() == same.draw());
  CHECK(sampler.evaluations() == 3);
  CHECK(max_error(sampler.value().log_prob, kSlope.log_prob(sampler.x()).to_vector()) < 1e-12);
}

/// .8 N((-3,-3), .1^2 I) + .2 N((3,2), .3^2 I).
struct TwoModes {
  static constexpr double kHeavy = 0.8;
  Target target{.log_prob = [](const Tensor& x) { return log_prob(x); }, .extent = {{-5}, {5}}};

  static Tensor away(const Tensor& x, double a, double b, double sigma) {
    return sum(square(x - tensor({a, b}, {1, 2}, x.dtype())), 1, true) * (-0.5 / (sigma * sigma));
  }
  static Tensor log_prob(const Tensor& x) {
    const Tensor first = away(x, -3, -3, 0.1) + std::log(kHeavy / 0.01),
                 second = away(x, 3, 2, 0.3) + std::log((1 - kHeavy) / 0.09);
    return logsumexp(concat(first, second, 1), 1);
  }
  Tensor sample(int64_t n, Rng& rng) const {
    const Tensor heavy = lt(rand({n, 1}, rng, DType::f64), kHeavy), z = randn({n, 2}, rng, DType::f64);
    return where(heavy, z * 0.1 - 3.0, z * 0.3 + tensor({3, 2}, {1, 2}, DType::f64));
  }
};

// The mean of values (n) against what it must be, in standard errors of independent values.
double z_of(const Tensor& values, double truth) {
  return std::abs(mean(values).item() - truth) /
         std::sqrt(var(values).item() / static_cast<double>(values.size()));
}

// Draws of p stay independent draws of p. Five means at 4.5 standard errors: false alarm 4e-5.
TEST_CASE("jumps leave two far modes their weights, places and widths") {
  constexpr int64_t kChains = 60000;
  const TwoModes modes;
  Rng rng(3, "test/jumps");
  Jumps sampler({.proposals = 6, .noise = 0.05});
  sampler.begin(modes.target, modes.sample(kChains, rng));
  for (int i = 0; i < 3; ++i) sampler.step(modes.target, rng);
  const Tensor x = slice(sampler.x(), 1, 0, 1), y = slice(sampler.x(), 1, 1, 2);
  const Tensor heavy = cast(lt(x, 0.0), DType::f64);
  CHECK(sampler.moved() > 0.01);
  CHECK(z_of(heavy, TwoModes::kHeavy) < 4.5);
  CHECK(z_of(heavy * square(x + 3.0), 0.8 * 0.01) < 4.5);
  CHECK(z_of(heavy * (x + 3.0) * (y + 3.0), 0) < 4.5);
  CHECK(z_of((1.0 - heavy) * square(y - 2.0), 0.2 * 0.09) < 4.5);
  CHECK(z_of((1.0 - heavy) * (x - 3.0), 0) < 4.5);
}

// 4.5 standard errors of as many independent chains: false alarm 7e-6.
TEST_CASE("chains that all begin at the light mode find the weights, and a random walk does not") {
  constexpr int64_t kChains = 1000;
  const TwoModes modes;
  const auto heavy_share = [&](Sampler& sampler) {
    Rng rng(4, "test/jumps");
    const Tensor begin = randn({kChains, 2}, rng, DType::f64) * 0.3 + tensor({3, 2}, {1, 2}, DType::f64);
    const Tensor x = run_chains(modes.target, begin, sampler, {.steps = 150}, rng).x;
    return mean(cast(lt(slice(x, 1, 0, 1), 0.0), DType::f64)).item();
  };
  Jumps jumps({.proposals = 10, .noise = 0.02});
  RandomWalk mh({.step = 0.2});
  CHECK(std::abs(heavy_share(jumps) - 0.8) < 4.5 * std::sqrt(0.8 * 0.2 / kChains));
  CHECK(heavy_share(mh) == 0);
}

// e^(2x + y) on [0,1]^2, whose extent is its domain. A difference folded back would not be symmetric: its
// signs turn on one axis alone. Three means at 4.5 standard errors: false alarm 2e-5.
TEST_CASE("in a bounded domain the law is exact, and no density is asked for outside") {
  constexpr int64_t kChains = 60000;
  bool strayed = false;
  const Target target{.log_prob =
                          [&](const Tensor& x) {
                            strayed = strayed || min(x).item() < 0 || max(x).item() > 1;
                            return sum(x * tensor({2, 1}, {1, 2}, x.dtype()), 1);
                          },
                      .domain = {0, 1}};
  Rng rng(5, "test/jumps");
  const auto inverse = [](const Tensor& u, double k) { return log(u * (std::exp(k) - 1) + 1.0) / k; };
  const Tensor u = rand({kChains, 2}, rng, DType::f64);
  Jumps sampler({.proposals = 4, .noise = 0.1});
  sampler.begin(target, concat(inverse(slice(u, 1, 0, 1), 2), inverse(slice(u, 1, 1, 2), 1), 1));
  for (int i = 0; i < 5; ++i) sampler.step(target, rng);
  CHECK_FALSE(strayed);
  const auto mean_of = [](double k) { return 1 / (1 - std::exp(-k)) - 1 / k; };
  const Tensor x = slice(sampler.x(), 1, 0, 1), y = slice(sampler.x(), 1, 1, 2);
  CHECK(z_of(x, mean_of(2)) < 4.5);
  CHECK(z_of(y, mean_of(1)) < 4.5);
  CHECK(z_of(x * y, mean_of(2) * mean_of(1)) < 4.5);
}

// N(0, 1) of which the extent holds one side, up to half a deviation: false alarm 2e-5.
TEST_CASE("where chains leave the extent the law is exact too") {
  constexpr int64_t kChains = 60000;
  const Target normal{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; },
                      .extent = {{-0.5}, {4}}};
  Rng rng(6, "test/jumps");
  Jumps sampler({.proposals = 8, .noise = 0.1});
  sampler.begin(normal, randn({kChains, 1}, rng, DType::f64));
  for (int i = 0; i < 5; ++i) sampler.step(normal, rng);
  const Tensor x = sampler.x();
  CHECK(z_of(x, 0) < 4.5);
  CHECK(z_of(square(x), 1) < 4.5);
  CHECK(z_of(cast(lt(x, -0.5), DType::f64), 0.308538) < 4.5);
}

// Groups of four draws of N(0,1) stay groups of four independent ones, though they move by each other: where
// a chain moved by chains that move with it, they would not. Five means, 4.5 standard errors: false alarm
// 4e-5.
TEST_CASE("few chains that move by each other's differences stay independent, each with its law") {
  constexpr int64_t kGroups = 6000;
  const Target normal{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; },
                      .extent = {{-3}, {3}}};
  Rng rng(9, "test/jumps");
  const Tensor begin = randn({kGroups, 4}, rng, DType::f64);
  Jumps sampler({.proposals = 2, .noise = 0.3});
  Tensors ends;
  for (int64_t i = 0; i < kGroups; ++i) {
    sampler.begin(normal, reshape(begin.rows(i, i + 1), {4, 1}));
    for (int step = 0; step < 2; ++step) sampler.step(normal, rng);
    ends.push_back(reshape(sampler.x(), {1, 4}));
  }
  const Tensor x = concat(ends, 0);
  const auto chain = [&](int64_t i) { return slice(x, 1, i, i + 1); };
  const Tensor low = square(chain(0) - chain(1)), high = square(chain(2) - chain(3));
  CHECK(z_of(low, 2) < 4.5);
  CHECK(z_of(high, 2) < 4.5);
  CHECK(z_of(low * high, 4) < 4.5);
  CHECK(z_of(square(chain(0)) * square(chain(2)), 1) < 4.5);
  CHECK(z_of(square(x), 1) < 4.5);
}

TEST_CASE("chains go on as one run where they are begun anew from where they stand: nothing else is kept") {
  const TwoModes modes;
  Rng whole(7, "test/jumps"), parts(7, "test/jumps"), start(8, "test/jumps");
  const Tensor x = modes.sample(50, start);
  Jumps once, again;
  once.begin(modes.target, x);
  for (int i = 0; i < 2; ++i) once.step(modes.target, whole);
  again.begin(modes.target, x);
  again.step(modes.target, parts);
  Jumps resumed;
  resumed.begin(modes.target, again.x());
  resumed.step(modes.target, parts);
  CHECK(same_bytes(once.x(), resumed.x()));
  State state;
  once.add_to(state, "jumps");
  CHECK(state.entries().empty());
}

TEST_CASE("fewer than four chains, no extent and options that make no sense are refused") {
  const Target normal{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; }};
  const TwoModes modes;
  const auto refusal = [](const Target& target, int64_t chains) {
    return error_message([&] { Jumps().begin(target, zeros({chains, 2}, DType::f64)); });
  };
  CHECK(refusal(modes.target, 4) == "");
  CHECK(refusal(modes.target, 3) ==
        "jumps: there are 3 chains. Hint: use 4 or more, because each half moves by two chains of the other");
  CHECK(contains(refusal(normal, 10), "jumps: it proposes points in an extent, and the target has none"));
  check_refused("jumps: proposals is 0", [] { Jumps({.proposals = 0}); });
  check_refused("jumps: noise is -1", [] { Jumps({.noise = -1}); });
  check_refused("jumps: noise is nan", [] { Jumps({.noise = NAN}); });
}

}  // namespace
}  // namespace gradzoo
