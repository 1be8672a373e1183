#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/networks/noise_path.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

constexpr double kMean = 0.7, kStd = 0.5;

double width_at(const Mixing& at) { return std::sqrt(at.data * at.data * kStd * kStd + at.noise * at.noise); }

// The readings of data N(m, s^2), which are known.
Prediction gaussian(const Tensor& x, const Mixing& at) {
  const double v = width_at(at) * width_at(at);
  const Tensor denoised = (x - at.data * kMean) * (at.data * kStd * kStd / v) + kMean;
  return {denoised, (x - denoised * at.data) / at.noise};
}

// Every solver that draws nothing follows the flow, which keeps a point at its number of standard deviations.
double flow_error(const NoisePath& path, PathStep step, int64_t steps) {
  Rng rng(1, "path_steps_test");
  const auto predict = [&](const Tensor& x, double t) { return gaussian(x, path(t)); };
  const Mixing first = path(0.01), last = path(0.99);
  const Tensor places = (arange(21, DType::f64) / 5.0 - 2.0).view({21, 1});
  Tensor x = places * width_at(first) + first.data * kMean;
  for (int64_t i = 0; i < steps; ++i) {
    const double part = 0.98 / static_cast<double>(steps);
    x = step({path, predict, rng}, x, 0.01 + part * static_cast<double>(i),
             0.01 + part * static_cast<double>(i + 1));
  }
  return max(abs(x - (places * width_at(last) + last.data * kMean))).item();
}

TEST_CASE("solvers of the flow converge to it with their order") {
  const NoisePath paths[] = {straight_path(), cosine_path(), geometric_path(3, 0.05)};
  for (const NoisePath& path : paths)
    for (const PathStep step : {euler_step, ddim_step, heun_step}) {
      const double coarse = flow_error(path, step, 50), fine = flow_error(path, step, 100);
      const double order = std::log2(coarse / fine);
      CHECK(order == approx(step == heun_step ? 2 : 1).epsilon(0.15));
      CHECK(fine < 0.05);
    }
}

TEST_CASE("ancestral steps have the data's mean and width at their end") {
  const NoisePath path = cosine_path();
  Rng rng(2, "path_steps_test");
  const auto predict = [&](const Tensor& x, double t) { return gaussian(x, path(t)); };
  const int64_t n = 40'000;
  Tensor x = randn({n, 1}, rng, DType::f64);
  constexpr int64_t kSteps = 300;
  for (int64_t i = 0; i < kSteps; ++i)
    x = ancestral_step({path, predict, rng}, x, static_cast<double>(i) / kSteps,
                       static_cast<double>(i + 1) / kSteps);
  // Four standard errors, and a bias of finite steps of half a hundredth.
  CHECK(std::abs(mean(x).item() - kMean) < 4 * kStd / std::sqrt(n) + 0.005);
  CHECK(std::abs(std::sqrt(var(x).item()) - kStd) < 4 * kStd / std::sqrt(2.0 * n) + 0.005);
}

TEST_CASE("going back by fresh noise gives the law of the earlier time") {
  const NoisePath path = cosine_path();
  Rng rng(3, "path_steps_test");
  const Mixing late = path(0.8), early = path(0.3);
  const int64_t n = 40'000;
  const Tensor x = randn({n, 1}, rng, DType::f64) * width_at(late) + late.data * kMean;
  const Tensor y = noise_back(path, x, 0.3, 0.8, rng);
  CHECK(std::abs(mean(y).item() - early.data * kMean) < 4 * width_at(early) / std::sqrt(n));
  CHECK(std::abs(std::sqrt(var(y).item()) - width_at(early)) < 4 * width_at(early) / std::sqrt(2.0 * n));
}

TEST_CASE("a walk ends in what lies under the last noise, and needs a step") {
  const NoisePath path = geometric_path(3, 0.05);
  Rng rng(4, "path_steps_test");
  const auto predict = [&](const Tensor& x, double t) { return gaussian(x, path(t)); };
  const Tensor x = test::wave({5, 1});
  const Tensor raw = ddim_step({path, predict, rng}, x, 0, 1);
  const Tensor end = follow_path({path, predict, rng}, ddim_step, x, 1);
  CHECK(test::max_error(end, gaussian(raw, path(1)).denoised.to_vector()) < 1e-14);
  test::check_refused("0 steps from noise to data. Hint: use 1 or more", [&] {
    follow_path({path, predict, rng}, ddim_step, x, 0);
  });
}

TEST_CASE("what Langevin steps leave of a level is told at the scale of the next time") {
  Rng rng(5, "path_steps_test");
  const Tensor x = test::wave({5, 1});
  for (const NoisePath& path : {cosine_path(), straight_path()}) {
    const auto predict = [&](const Tensor& at, double t) { return gaussian(at, path(t)); };
    const Tensor moved = langevin_step({path, predict, rng, {.repeats = 0, .step = 0.1}}, x, 0.3, 0.5);
    CHECK(test::max_error(moved, (x * (path(0.5).data / path(0.3).data)).to_vector()) < 1e-14);
  }
}

TEST_CASE("a walk that diverges stops, and says at which level") {
  const NoisePath path = geometric_path(3, 0.05);
  Rng rng(4, "path_steps_test");
  const auto wrong = [&](const Tensor& x, double t) { return prediction_from_noise(x * -50.0, x, path(t)); };
  const auto said = [&](PathStep step) {
    return test::error_message([&] {
      follow_path({path, wrong, rng, {.repeats = 3, .step = 0.5}}, step, randn({4, 2}, rng) * 3.0, 10);
    });
  };
  test::check_says(said(langevin_step), "step 2 of 10, at noise 1.99 times the data");
  CHECK(test::contains(said(langevin_step), "smaller level_step"));
  const auto nothing = [&](const Tensor& x, double t) {
    return prediction_from_noise(x * std::nan(""), x, path(t));
  };
  test::check_refused("step 1 of 10", [&] {
    follow_path({path, nothing, rng}, ddim_step, randn({4, 2}, rng), 10);
  });
}

}  // namespace
}  // namespace gradzoo
