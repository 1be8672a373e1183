#include "gradzoo/samplers/kinds/annealed.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

// N(2, 0.01), blurred in closed form.
const Target kBlurred{
    .score = [](const Tensor& x) { return (2.0 - x) * 100.0; },
    .noisy_score = [](const Tensor& x, double sigma) { return (2.0 - x) / (0.01 + sigma * sigma); }};

AnnealedOptions three_levels() {
  return {.step = 0.01, .convention = StepConvention::full, .sigmas = "1,0.5,0.1", .level_steps = 2};
}

TEST_CASE("the walk is the algorithm: e sigma_i^2/sigma_L^2, two steps a level, the noisy score") {
  const Tensor start = wave({5, 2});
  Rng rng(1, "test"), same(1, "test");
  AnnealedLangevin sampler(three_levels());
  sampler.begin(kBlurred, start);
  Tensor x = start;
  for (const double sigma : {1.0, 1.0, 0.5, 0.5, 0.1, 0.1}) {
    const double e = 0.01 * sigma * sigma / 0.01;
    x = x + kBlurred.noisy_score(x, sigma) * e + randn_like(x, same) * std::sqrt(2 * e);
    sampler.step(kBlurred, rng);
    CHECK(max_error(sampler.x(), x.to_vector()) < 1e-12);
  }
  CHECK(sampler.evaluations() == 7);
  CHECK(sampler.length().steps == 6);
  CHECK(sampler.length().before_last == 4);
  sampler.step(kBlurred, rng);  // stays at the last level
  x = x + kBlurred.noisy_score(x, 0.1) * 0.01 + randn_like(x, same) * std::sqrt(0.02);
  CHECK(max_error(sampler.x(), x.to_vector()) < 1e-12);
}

TEST_CASE("the denoising step ends at the mean of what was noisy, once") {
  AnnealedOptions options = three_levels();
  Rng rng(1, "test"), same(1, "test");
  AnnealedLangevin plain(options);
  options.denoise = true;
  AnnealedLangevin denoised(options);
  const Tensor start = wave({5, 2});
  plain.begin(kBlurred, start);
  denoised.begin(kBlurred, start);
  for (int i = 0; i < 6; ++i) {
    plain.step(kBlurred, rng);
    denoised.step(kBlurred, same);
    if (i < 5) CHECK(same_bytes(plain.x(), denoised.x()));
  }
  const Tensor wanted = plain.x() + kBlurred.noisy_score(plain.x(), 0.1) * 0.01;
  CHECK(max_error(denoised.x(), wanted.to_vector()) < 1e-14);
}

TEST_CASE("levels are geometric where none are listed, and what was walked is remarked") {
  const AnnealedLangevin sampler({.sigma_begin = 1, .sigma_end = 0.01, .levels = 3, .level_steps = 7});
  REQUIRE(sampler.sigmas().size() == 3);
  CHECK(sampler.sigmas()[1] == approx(0.1));
  CHECK(sampler.remarks() == "3 noise levels from 1 to 0.01, 7 steps per level");
  const Target plain{.score = kBlurred.score};
  AnnealedLangevin other(three_levels());
  Rng rng(1);
  other.begin(plain, zeros({2, 1}));
  other.step(plain, rng);
  CHECK(contains(other.remarks(), "stopped after 1 steps of 6"));
  CHECK(contains(other.remarks(), "the target has no noisy scores, so its score was used at every level"));
}

// N(2, 0.01) is known at noise from 0.2 to 0.8 only.
TEST_CASE(
    "a level above the target's largest is refused; one below its smallest stays there, and is reported") {
  Target some = kBlurred;
  some.noise_range = {0.2, 0.8};
  const Tensor start = wave({5, 2});
  AnnealedLangevin high(three_levels());
  check_refused("noise of 1 is above 0.8, the largest", [&] { high.begin(some, start); });
  AnnealedOptions options = three_levels();
  options.sigmas = "0.5,0.1";
  options.denoise = true;
  AnnealedLangevin low(options);
  Rng rng(1, "test"), same(1, "test");
  low.begin(some, start);
  Tensor x = start;
  for (const double sigma : {0.5, 0.5, 0.2, 0.2}) {
    const double e = 0.01 * sigma * sigma / 0.01;
    x = x + kBlurred.noisy_score(x, sigma) * e + randn_like(x, same) * std::sqrt(2 * e);
    low.step(some, rng);
  }
  CHECK(max_error(low.x(), (x + kBlurred.noisy_score(x, 0.2) * 0.04).to_vector()) < 1e-12);
  check_says(low.remarks(), "the target has no score below noise 0.2");
  AnnealedLangevin all(options);
  all.begin(kBlurred, start);
  CHECK_FALSE(contains(all.remarks(), "below"));
}

TEST_CASE("chains stay in the target's domain") {
  Target some = kBlurred;  // around 2, outside of it
  some.domain = {0, 1};
  AnnealedLangevin walk(three_levels());
  Rng rng(1, "test");
  const Tensor start = full({50, 2}, 0.9, DType::f64);
  walk.begin(some, start);
  for (int64_t step = 0; step < walk.length().steps; ++step) {
    walk.step(some, rng);
    CHECK(min(walk.x()).item() >= 0);
    CHECK(max(walk.x()).item() <= 1);
  }
}

TEST_CASE("levels that are no levels are refused") {
  const auto refusal = [](const AnnealedOptions& options) {
    return error_message([&] { AnnealedLangevin{options}; });
  };
  CHECK(contains(refusal({.step = -1}), "annealed: step is -1"));
  CHECK(contains(refusal({.sigmas = "1,x"}), "sigmas is '1,x'"));
  CHECK(contains(refusal({.sigmas = "1,"}), "sigmas is '1,'"));
  CHECK(contains(refusal({.sigmas = "0.1,1"}), "noise levels are 0.1, 1"));
  CHECK(contains(refusal({.sigmas = "1,0"}), "numbers above 0"));
  CHECK(contains(refusal({.sigma_begin = 0.01, .sigma_end = 1}), "from the largest"));
  CHECK(contains(refusal({.levels = 0}), "0 levels"));
  CHECK(contains(refusal({.level_steps = 0}), "10 levels of 0 steps"));
}

}  // namespace
}  // namespace gradzoo
