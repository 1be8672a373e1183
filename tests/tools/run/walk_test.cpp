#include "tools/run/walk.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

using test::contains;
using test::error_message;

const Target kNormal{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5, 1); }};
const Target kScore{.score = [](const Tensor& x) { return neg(x); }};

TEST_CASE("each sampler has its own settings, and half of the steps warm up unless told") {
  Settings mh = sampler_settings(SamplerKind::mh);
  mh.assign("steps=10");
  CHECK(chain_options(SamplerKind::mh, mh).warmup == 5);
  CHECK(chain_options(SamplerKind::mh, mh).step == 0.5);
  CHECK(contains(error_message([&] { mh.assign("noise=0"); }), "'noise' is not known"));
  Settings ula = sampler_settings(SamplerKind::ula);
  for (const char* assignment : {"warmup=0", "noise=0", "convention=half", "step=0.2"})
    ula.assign(assignment);
  const ChainOptions options = chain_options(SamplerKind::ula, ula);
  CHECK(options.warmup == 0);
  CHECK(options.noise_scale == 0);
  CHECK(options.convention == StepConvention::half);
  CHECK(options.step == 0.2);
  CHECK(contains(error_message([&] { ula.assign("stp=0.2"); }), "did you mean 'step'"));
}

TEST_CASE("a model that a sampler does not fit is refused by what it has and what is needed") {
  CHECK(error_message([] { check_fits(SamplerKind::mala, kNormal, "x"); }) == "");
  CHECK(error_message([] { check_fits(SamplerKind::ula, kScore, "x"); }) == "");
  const std::string score = error_message([] { check_fits(SamplerKind::mh, kScore, "x"); });
  CHECK_MESSAGE(
      contains(score, "mh walks on a log-density, and this run of x has a score but no log-density"), score);
  CHECK(contains(error_message([] { check_fits(SamplerKind::ula, {}, "x"); }),
                 "neither log-density nor score"));
}

TEST_CASE("chains on images come back as images in [0,1], chains on points as points") {
  const ChainOptions options{.step = 0.5, .steps = 20, .warmup = 10};
  const Walk images = walk(kNormal, {.example = {2, 3}}, 5, options, 1);
  CHECK(images.samples.shape() == Shape{5, 2, 3});
  CHECK(min(images.samples).item() == 0);
  CHECK(max(images.samples).item() <= 1);
  const Walk points = walk(kNormal, {.example = {2}}, 5, options, 1);
  CHECK(points.samples.shape() == Shape{5, 2});
  CHECK(points.chains.statistics.size() == 2);
}

TEST_CASE("chains start where the target says, else inside a toy's box") {
  Target from{.score = kScore.score, .initial = [](int64_t n, Rng&) { return full({n, 2}, 7); }};
  const ChainOptions still{.step = 1e-9, .steps = 1, .noise_scale = 0};
  CHECK(walk(from, {.example = {2}}, 3, still, 1).samples.to_vector()[0] == doctest::Approx(7));
  const auto toy = make_toy("ring8", {.scale = 5});
  const Tensor x = walk(kScore, {.example = {2}, .toy = toy}, 2000, still, 1).samples;
  CHECK(max(x).item() > toy->box().high[0] / 2);
  CHECK(max(abs(x)).item() < toy->box().high[0] * 2);
}

TEST_CASE("the table shows acceptance and every statistic, and says where chains do not agree") {
  const ChainOptions options{.kind = SamplerKind::mala, .step = 0.1, .steps = 500, .warmup = 100};
  const ChainResult good{{}, 0.5, {"x0", "x1"}, {2505, std::nan("")}, {1.0, std::nan("")}, 501};
  const std::string table = walk_table(good, 10, options);
  for (const char* part : {"mala: 10 chains, 500 steps of 0.1 (100 warm-up), acceptance 0.500", "2505",
                           "1.000", "ESS per gradient", "0.5\n", "-"}) {
    CHECK_MESSAGE(contains(table, part), table);
  }
  CHECK(!contains(table, "do not agree"));
  const ChainResult bad{{}, 1, {"x0"}, {10}, {1.5}, 501};
  const std::string other = walk_table(bad, 10, {.steps = 500, .noise_scale = 0.5});
  for (const char* part : {"do not agree", "not samples of exp f", "biased by the step"}) {
    CHECK_MESSAGE(contains(other, part), other);
  }
  const std::string climbed = walk_table(bad, 10, {.steps = 500, .noise_scale = 0});
  CHECK(contains(climbed, "climb to the modes"));
  CHECK(!contains(climbed, "ESS"));
}

}  // namespace
}  // namespace gradzoo
