#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/networks/noise_path.h"
#include "support/approx.h"
#include "support/error_message.h"

/// Every solver of every path on pairs of correlated Gaussian numbers, whose predictions are exact. Each step
/// is then an affine map with noise, and so are sampling and completion as a whole: their means and
/// covariances follow in closed form, with the error of finite steps.
namespace gradzoo {
namespace {

constexpr double kPairMean = 0.7, kPairVariance = 0.25, kCorrelation = 0.8, kGiven = 1.3;

/// (x_0, x_1) -> (own x_0 + other x_1 + shift, own x_1 + other x_0 + shift).
struct PairMap {
  double own, other, shift;
  double sum() const { return own + other; }
};
PairMap operator*(double c, const PairMap& f) { return {c * f.own, c * f.other, c * f.shift}; }
PairMap operator+(const PairMap& f, const PairMap& g) {
  return {f.own + g.own, f.other + g.other, f.shift + g.shift};
}
PairMap after(const PairMap& f, const PairMap& g) {  // f(g(x))
  return {f.own * g.own + f.other * g.other, f.own * g.other + f.other * g.own, f.sum() * g.shift + f.shift};
}
constexpr PairMap kSame{1, 0, 0};

/// (C + noise^2 I)^-1 of the data's covariance C, as own and other.
PairMap precision(double noise) {
  const double own = kPairVariance + noise * noise, other = kPairVariance * kCorrelation;
  const double determinant = own * own - other * other;
  return {own / determinant, -other / determinant, 0};
}

// E[x_1 | x_t] = m + C (C + sigma^2)^-1 (x_t / a - m), sigma = b/a; at a = 0 it is m.
PairMap denoised_map(const Mixing& at) {
  if (at.data == 0) return {0, 0, kPairMean};
  const PairMap gain = after({kPairVariance, kPairVariance * kCorrelation, 0}, precision(at.noise / at.data));
  return {gain.own / at.data, gain.other / at.data, kPairMean * (1 - gain.sum())};
}

// E[eps | x_t] = sigma (C + sigma^2)^-1 (x_t / a - m); at a = 0 it is x_t / b.
PairMap noise_map(const Mixing& at) {
  if (at.data == 0) return {1 / at.noise, 0, 0};
  const double sigma = at.noise / at.data;
  const PairMap p = precision(sigma);
  return {sigma * p.own / at.data, sigma * p.other / at.data, -sigma * p.sum() * kPairMean};
}

PairMap velocity_map(const Mixing& at) {
  return at.data_slope * denoised_map(at) + at.noise_slope * noise_map(at);
}

/// A step of a solver: x -> map(x) + noise z.
struct PairStep {
  PairMap map;
  double noise = 0;
};

PairStep ancestral_law(const Mixing& here, const Mixing& next) {
  if (next.noise == 0) return {next.data * denoised_map(here)};
  // x_to = a' x_1 + b' eps is the prior and x_from = r x_to + n z the likelihood: Bayes' rule with x_1 =
  // E[x_1].
  const double r = here.data / next.data, n2 = here.noise * here.noise - r * r * next.noise * next.noise;
  const double prior = 1 / (next.noise * next.noise), both = prior + r * r / n2;
  return {(1 / both) * ((prior * next.data) * denoised_map(here) + (r / n2) * kSame), std::sqrt(1 / both)};
}

PairStep langevin_law(const Mixing& here, const Mixing& next, const LevelOptions& level) {
  if (here.data == 0) return {next.data * denoised_map(here) + next.noise * noise_map(here)};
  const double sigma2 = here.noise * here.noise / (here.data * here.data), e = level.step;
  const PairMap p = precision(here.noise / here.data);
  const PairMap one = {1 - e * sigma2 * p.own, -e * sigma2 * p.other, e * sigma2 * p.sum() * kPairMean};
  REQUIRE(level.repeats == 1);
  return {next.data * after(one, {1 / here.data, 0, 0}), next.data * std::sqrt(2 * e * sigma2)};
}

PairStep step_law(const NoisePath& path, PathStep step, const LevelOptions& level, double from, double to) {
  const Mixing here = path(from), next = path(to);
  const double h = to - from;
  if (step == euler_step) return {kSame + h * velocity_map(here)};
  if (step == heun_step) {
    const PairMap first = velocity_map(here);
    return {kSame + (h / 2) * (first + after(velocity_map(next), kSame + h * first))};
  }
  if (step == ddim_step) return {next.data * denoised_map(here) + next.noise * noise_map(here)};
  if (step == ancestral_step) return ancestral_law(here, next);
  return langevin_law(here, next, level);
}

/// Means and covariance of a pair: of x_0, of both, of x_1.
struct PairLaw {
  double mean[2], own, both, known;

  void go(const PairStep& step) {
    const auto& [map, noise] = step;
    const double m0 = map.own * mean[0] + map.other * mean[1] + map.shift;
    mean[1] = map.own * mean[1] + map.other * mean[0] + map.shift;
    mean[0] = m0;
    const double a = map.own, b = map.other, x = own, c = both, y = known;
    own = a * a * x + 2 * a * b * c + b * b * y + noise * noise;
    known = a * a * y + 2 * a * b * c + b * b * x + noise * noise;
    both = a * b * (x + y) + (a * a + b * b) * c;
  }
};

/// How a walk goes: `repeats` is 0 of sampling, where nothing is known.
struct Walk {
  NoisePath path;
  PathStep step;
  int64_t steps, repeats;
  LevelOptions level = {.repeats = 1, .step = 0.1};
};

PairLaw law_of(const Walk& walk) {
  const double b = walk.path(0).noise;
  PairLaw law{{0, 0}, b * b, 0, b * b};
  const bool langevin = walk.step == langevin_step;
  double reached = 0;
  for (int64_t i = 0; i < walk.steps; ++i) {
    const double from = static_cast<double>(i) / static_cast<double>(walk.steps);
    const double to = static_cast<double>(i + 1) / static_cast<double>(walk.steps);
    const Mixing here = walk.path(from), next = walk.path(to);
    for (int64_t k = 0; k < std::max<int64_t>(1, walk.repeats); ++k) {
      if (walk.repeats > 0) law = {{law.mean[0], here.data * kGiven}, law.own, 0, here.noise * here.noise};
      const bool is_last = k + 1 >= walk.repeats;
      // Langevin steps sample the level at which they are, so they need no way back to it.
      reached = langevin && (!is_last || i + 1 == walk.steps) ? from : to;
      law.go(step_law(walk.path, walk.step, walk.level, from, reached));
      if (is_last || langevin) continue;
      const double share = here.data / next.data;
      law.go({share * kSame, std::sqrt(here.noise * here.noise - share * share * next.noise * next.noise)});
    }
  }
  const Mixing end = walk.path(reached);
  if (end.noise > 0) law.go({denoised_map(end)});
  return law;
}

Tensor column(const Tensor& x, int64_t i) { return slice(x, 1, i, i + 1); }

Tensor mapped(const PairMap& map, const Tensor& x) {
  return x * map.own + concat(column(x, 1), column(x, 0), 1) * map.other + map.shift;
}

// The end of the walk from x (n, 2), with exact predictions.
Tensor walked(const Walk& walk, Tensor x, Rng& rng) {
  const auto predict = [&](const Tensor& at, double t) {
    return Prediction{mapped(denoised_map(walk.path(t)), at), mapped(noise_map(walk.path(t)), at)};
  };
  const Trajectory trajectory{walk.path, predict, rng, walk.level, {}};
  if (walk.repeats == 0) return follow_path(trajectory, walk.step, x, walk.steps);
  const KnownNumbers given{full(x.shape(), kGiven, x.dtype()), tensor({0, 1}, {2}, x.dtype())};
  return complete_path(trajectory, walk.step, x, given, walk.steps, walk.repeats);
}

/// All solvers on all paths.
template <class Fn>
void for_each_solver(Fn fn) {
  const std::pair<const char*, NoisePath> paths[] = {
      {"straight", straight_path()}, {"cosine", cosine_path()}, {"geometric", geometric_path(40, 0.02)}};
  for (const auto& [path_name, path] : paths)
    for (const Choice<PathStep>& solver : kSolvers) {
      const std::string where = std::string(solver.name) + ", " + path_name;
      CAPTURE(where);
      fn(path, solver.value);
    }
}

TEST_CASE("each solver's step on a Gaussian is the affine map and the noise of its formula") {
  for_each_solver([](const NoisePath& path, PathStep step) {
    const LevelOptions level{.repeats = 1, .step = 0.1};
    const auto predict = [&](const Tensor& at, double t) {
      return Prediction{mapped(denoised_map(path(t)), at), mapped(noise_map(path(t)), at)};
    };
    Rng start(1, "path_laws_test");
    const Tensor x = randn({50, 2}, start, DType::f64);
    for (const auto& [from, to] : {std::pair(0.0, 0.2), std::pair(0.3, 0.45), std::pair(0.9, 1.0)}) {
      Rng drawn(2, "path_laws_test"), same(2, "path_laws_test");
      const PairStep law = step_law(path, step, level, from, to);
      const Tensor found = step({path, predict, drawn, level, {}}, x, from, to);
      const Tensor wanted = mapped(law.map, x) + randn({50, 2}, same, DType::f64) * law.noise;
      CHECK(max(abs(found - wanted)).item() < 1e-9);
    }
  });
}

// 60 numbers within 4.6 standard errors: a false alarm in 4,000 seeds.
TEST_CASE("samples and completions along every path have the mean and variance of their exact recursion") {
  constexpr int64_t kRows = 40'000;
  constexpr double kErrors = 4.6;
  for_each_solver([&](const NoisePath& path, PathStep step) {
    for (const int64_t repeats : {0, 3}) {
      CAPTURE(repeats);
      const Walk walk{path, step, 8, repeats};
      Rng rng(3, "path_laws_test");
      const Tensor begin = randn({kRows, 2}, rng, DType::f64) * path(0).noise;
      const Tensor x = column(walked(walk, begin, rng), 0);
      const PairLaw law = law_of(walk);
      CHECK(std::abs(mean(x).item() - law.mean[0]) < kErrors * std::sqrt(law.own / kRows));
      CHECK(std::abs(var(x).item() / law.own - 1) < kErrors * std::sqrt(2.0 / kRows));
    }
  });
}

TEST_CASE("with many steps the law of samples is the data's, and that of completions the conditional one") {
  for_each_solver([](const NoisePath& path, PathStep step) {
    const LevelOptions level{.repeats = 1, .step = 0.1};
    const PairLaw drawn = law_of({path, step, 4000, 0, level});
    CHECK(drawn.mean[0] == approx(kPairMean).epsilon(0.03));
    CHECK(drawn.own == approx(kPairVariance).epsilon(0.05));
    CHECK(drawn.both == approx(kPairVariance * kCorrelation).epsilon(0.05));
    const PairLaw filled = law_of({path, step, 400, 20, level});
    CHECK(filled.mean[0] == approx(kPairMean + kCorrelation * (kGiven - kPairMean)).epsilon(0.03));
    CHECK(filled.own == approx(kPairVariance * (1 - kCorrelation * kCorrelation)).epsilon(0.1));
  });
}

TEST_CASE("a completion says how much of it is done, and needs a step") {
  Rng rng(4, "path_laws_test");
  const NoisePath path = straight_path();
  const auto predict = [&](const Tensor& at, double t) {
    return Prediction{mapped(denoised_map(path(t)), at), mapped(noise_map(path(t)), at)};
  };
  std::vector<double> shares;
  const KnownNumbers given{full({3, 2}, kGiven, DType::f64), tensor({0, 1}, {2}, DType::f64)};
  const Trajectory trajectory{path, predict, rng, {}, [&](double share) { shares.push_back(share); }};
  complete_path(trajectory, euler_step, randn({3, 2}, rng, DType::f64), given, 2, 3);
  REQUIRE(shares.size() == 6);
  CHECK(shares[0] == approx(1 / 6.0));
  CHECK(shares[5] == 1);
  test::check_refused("0 steps from noise to data. Hint: use 1 or more", [&] {
    complete_path(trajectory, euler_step, zeros({3, 2}, DType::f64), given, 0, 3);
  });
}

TEST_CASE("a level's time is where noise over data is that level, and an end beyond the path's levels") {
  for_each_solver([](const NoisePath& path, PathStep) {
    for (const double sigma : {0.2, 1.0, 5.0}) {
      const Mixing at = path(time_of_noise(path, sigma));
      CHECK(at.noise == approx(sigma * at.data).epsilon(1e-9));
    }
  });
  CHECK(time_of_noise(geometric_path(40, 0.02), 41) < 1e-12);
  CHECK(time_of_noise(geometric_path(40, 0.02), 0.01) == 1);
}

}  // namespace
}  // namespace gradzoo
