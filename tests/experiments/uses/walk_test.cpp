#include "gradzoo/experiments/uses/walk.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/experiments/uses/capable_models.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/samplers/kinds/gibbs.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

const Target kNormal{.log_prob = [](const Tensor& x) { return sum(square(x) * -0.5, 1); }};
const Target kScore{.score = [](const Tensor& x) { return neg(x); }};

TEST_CASE("each sampler has its own options, and half of the steps warm up unless told") {
  const WalkOptions mh("mh", Strings{"steps=10"});
  CHECK(mh.chains().warmup == 5);
  CHECK(mh.table().find("step").text() == "0.5");
  CHECK(mh.make()->step_size() == 0.5);
  const WalkOptions ula("ula", Strings{"warmup=0", "noise=0", "convention=half", "step=0.2"});
  CHECK(ula.chains().warmup == 0);
  CHECK(ula.make()->step_size() == 0.2);
  CHECK_FALSE(ula.make()->is_sampling());
  const auto refusal = [](const std::string& sampler, const std::string& assignment) {
    return error_message([&] { WalkOptions(sampler, std::vector{assignment}); });
  };
  CHECK(contains(refusal("mh", "noise=0"), "'noise' is not known"));
  CHECK(contains(refusal("ula", "stp=0.2"), "did you mean 'step'"));
  CHECK(contains(refusal("ula", "step=0"), "ula: step is 0"));
  CHECK(contains(refusal("ula", "steps=0"), "ula: steps is 0"));
  CHECK(contains(refusal("mala", "warmup=1000"), "fewer than steps"));
  CHECK(contains(refusal("mal", "step=1"), "did you mean 'mala'"));
}

TEST_CASE("a model that a sampler does not fit is refused by what it has and what is needed") {
  const auto refusal = [](const char* sampler, const Target& target) {
    return error_message([&] {
      check_fits(find_sampler(sampler), target, RunOptions(find_model("gan")), find_kind("points").small());
    });
  };
  CHECK(refusal("mala", kNormal) == "");
  CHECK(refusal("ula", kScore) == "");
  const Target bits{.log_prob = kNormal.log_prob, .binary = true};
  const std::string discrete = refusal("hmc", bits);
  CHECK_MESSAGE(contains(discrete,
                         "hmc needs a log-density and score, but this run of gan has a distribution over "
                         "binary x. Hint: on this run use flip; use a run of "),
                discrete);
  const std::string score = refusal("mh", kScore);
  CHECK_MESSAGE(contains(score, "mh needs a log-density, but this run of gan has a score but no log-density"),
                score);
  CHECK(contains(refusal("ula", {}), "neither log-density nor score"));
}

TEST_CASE("chains on images come back as images in [0,1], chains on points as points") {
  const ChainOptions chains{.steps = 20, .warmup = 10};
  UnadjustedLangevin ula({.step = 0.5});
  const Walk images = walk(kNormal, {.example = {2, 3}}, 5, ula, chains, 1);
  CHECK(images.samples.shape() == Shape{5, 2, 3});
  CHECK(min(images.samples).item() == 0);
  CHECK(max(images.samples).item() <= 1);
  const Walk points = walk(kNormal, {.example = {2}}, 5, ula, chains, 1);
  CHECK(points.samples.shape() == Shape{5, 2});
  CHECK(points.chains.statistics.size() == 2);
}

TEST_CASE("chains start where the target says, else inside a toy's box") {
  Target from{.score = kScore.score, .initial = [](int64_t n, Rng&) { return full({n, 2}, 7); }};
  UnadjustedLangevin still({.step = 1e-9, .noise = 0});
  CHECK(walk(from, {.example = {2}}, 3, still, {.steps = 1}, 1).samples.to_vector()[0] == approx(7));
  const auto toy = make_toy("ring8", {.scale = 5});
  const Tensor x = walk(kScore, {.example = {2}, .toy = toy}, 2000, still, {.steps = 1}, 1).samples;
  CHECK(max(x).item() > toy->box().high[0] / 2);
  CHECK(max(abs(x)).item() < toy->box().high[0] * 2);
}

TEST_CASE("chains walk in the model's units: of a toy times 1024 they are 1024 times as long") {
  const auto walked = [](double scale) {
    const DataShape shape = shape_of({.data = "mixture", .toy_scale = scale});
    const Target target = density_target(shape, find_sampler("ula"));
    UnadjustedLangevin ula({.step = 0.05});
    return walk(target, shape, 30, ula, {.steps = 20}, 1);
  };
  const Walk plain = walked(1), large = walked(1024);
  CHECK(max(abs(large.samples / 1024.0 - plain.samples)).item() < 1e-5);
  CHECK(max(abs(large.chains.x / 1024.0 - plain.chains.x)).item() < 1e-5);
  CHECK(large.chains.ess[0] == doctest::Approx(plain.chains.ess[0]).epsilon(1e-3));
  // Where the target does not say where they begin, in the toy's box as models see it.
  const Target flat{.score = [](const Tensor& x) { return zeros_like(x); }};
  const auto wandered = [&](double scale) {
    UnadjustedLangevin ula({.step = 0.05});
    return walk(flat, shape_of({.data = "mixture", .toy_scale = scale}), 30, ula, {.steps = 2}, 1).samples;
  };
  CHECK(max(abs(wandered(1024) / 1024.0 - wandered(1))).item() < 1e-5);
}

TEST_CASE("points of a toy have its box as extent, unless the target knows one; bits and images none") {
  const auto toy = make_toy("two-moons");
  const DataShape shape{.example = {2}, .toy = toy};
  const Extent extent = with_extent(kNormal, shape).extent;
  CHECK(extent.low == toy->box().low);
  CHECK(extent.high == toy->box().high);
  Target known = kNormal;
  known.extent = {{0}, {1}};
  CHECK(with_extent(known, shape).extent.high == Doubles{1});
  CHECK(with_extent({.log_prob = kNormal.log_prob, .binary = true}, shape).extent.low.empty());
  CHECK(with_extent(kNormal, {.example = {2, 2}}).extent.low.empty());
}

TEST_CASE("a toy's density is a target, on which chains begin where it is above 0") {
  const DataShape dark = shape_of({.data = "checkerboard"});
  const Target target = density_target(dark, find_sampler("mh"));
  Rng rng(1);
  const Tensor start = target.initial(2000, rng);
  CHECK(start.shape() == Shape{2000, 2});
  CHECK(all_finite(target.log_prob(start)));
  CHECK(target.extent.high == dark.toy->box().high);
  const auto refusal = [](const char* data, const char* sampler) {
    return error_message([&] { density_target(shape_of({.data = data}), find_sampler(sampler)); });
  };
  CHECK(refusal("ring8", "mala") == "");
  CHECK(contains(refusal("checkerboard", "ula"), "ula needs a score, but checkerboard has none"));
  CHECK(contains(refusal("bars-and-stripes", "flip"), "no density"));
  CHECK(contains(refusal("ring8", "flip"), "mh, ula, mala"));
}

TEST_CASE("the table shows acceptance and every statistic, and says where chains do not agree") {
  const ChainResult good{
      {}, 0.5, {"x0", "x1"}, {2505, std::nan("")}, {1711, std::nan("")}, {1.0, std::nan("")}, 501};
  const std::string table =
      walk_table(good, 10, AdjustedLangevin({.step = 0.1}), {.steps = 500, .warmup = 100});
  check_says(table, {"mala: 10 chains, 500 steps of 0.1 (100 warm-up), acceptance 0.500", "2505", "1711",
                     "1.000", "ESS per gradient", "0.5\n", "-"});
  const auto json = walk_json(good, 10, AdjustedLangevin({.step = 0.1}), {.steps = 500, .warmup = 100});
  CHECK(json["statistics"][0]["ess_per_evaluation"].get<double>() == approx(0.5));
  const ChainResult three{{}, 0.25, {"x0", "x1", "log_p"}, {300, 200, 100}, {30, 20, 10}, {1.1, 1.2, 1.3},
                          40};
  const auto all = walk_json(three, 5, AdjustedLangevin({.step = 0.1}), {.steps = 39, .warmup = 9});
  CHECK((all["chains"] == 5 && all["steps"] == 39 && all["warmup"] == 9 && all["acceptance"] == 0.25));
  CHECK(all["step"].get<double>() == 0.1);
  REQUIRE(all["statistics"].size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    const auto& told = all["statistics"][i];
    CHECK(told["name"] == three.statistics[i]);
    CHECK((told["bulk_ess"] == three.ess[i] && told["tail_ess"] == three.tail_ess[i]));
    CHECK(told["rhat"] == three.rhat[i]);
    CHECK(told["ess_per_evaluation"].get<double>() == approx(three.ess[i] / (5 * 40)));
  }
  CHECK(!contains(table, "do not agree"));
  CHECK(contains(walk_table(good, 10, RandomWalk(), {.steps = 500}), "ESS per log p"));
  // Wherever the worst statistic is, and not of statistics that have no R-hat.
  for (const Doubles& rhat : {Doubles{1.5, 1.0, 1.0},
                              {1.0, 1.5, 1.0},
                              {1.0, 1.0, 1.5},
                              {1.0, 1.0, 1.005},
                              {1.5, 1.0, NAN},
                              {1.0, NAN, 1.0}}) {
    const ChainResult some{{}, 1, {"x0", "x1", "log_p"}, {10, 10, 10}, {7, 7, 7}, rhat, 501};
    CAPTURE(rhat[0]);
    CAPTURE(rhat[1]);
    CHECK(contains(walk_table(some, 10, RandomWalk(), {.steps = 500}), "do not agree") ==
          (std::ranges::count(rhat, 1.5) > 0));
  }
  const ChainResult bad{{}, 1, {"x0"}, {10}, {7}, {1.5}, 501};
  const std::string other = walk_table(bad, 10, UnadjustedLangevin({.noise = 0.5}), {.steps = 500});
  check_says(other, {"do not agree", "not samples of exp f", "the step size biases"});
  const std::string climbed = walk_table(bad, 10, UnadjustedLangevin({.noise = 0}), {.steps = 500});
  CHECK(contains(climbed, "climb to the modes"));
  CHECK(!contains(climbed, "ESS"));
}

TEST_CASE("a walk that has an end takes all of it, and counts its last part, unless told otherwise") {
  const auto chains = [](Strings assignments) {
    assignments.push_back("sigmas=1,0.5,0.2");
    return WalkOptions("annealed", assignments).chains();
  };
  CHECK(chains({}).steps == 300);
  CHECK(chains({}).warmup == 200);
  CHECK(chains({"level_steps=10"}).steps == 30);
  CHECK(chains({"steps=50"}).warmup == 25);
  CHECK(chains({"warmup=0"}).steps == 300);
}

TEST_CASE("what only some samplers have is told of these alone: divergences, a step") {
  const ChainResult result{{}, 0.5, {"x0"}, {10}, {7}, {1.5}, 501};
  const std::string hmc = walk_json(result, 10, Hmc(), {.steps = 500}).dump();
  CHECK_MESSAGE(contains(hmc, "\"divergences\":0"), hmc);
  const std::string flip = walk_json(result, 10, SingleFlip(), {.steps = 500}).dump();
  check_says(flip, {"\"step\":null,", "\"divergences\":null,"});
  CHECK(contains(walk_table(result, 10, SingleFlip(), {.steps = 500}),
                 "flip: 10 chains, 500 steps (0 warm-up)"));
}

TEST_CASE("chains on bits start at tossed coins, and inside a domain where there is one") {
  const Target bits{.log_prob = kNormal.log_prob, .binary = true};
  SingleFlip flip;
  const Tensor x = walk(bits, {.example = {2}}, 400, flip, {.steps = 1}, 1).samples;
  // The step flips one of both: a 1 always, a 0 as often as the density falls. Five standard errors of 800.
  const double chosen = 0.5 * std::exp(-0.5);
  CHECK(std::abs(mean(x).item() - (chosen + 0.5) / 2) < 5 * 0.5 / std::sqrt(800));
  const Target half{.log_prob = kNormal.log_prob, .domain = {0, 1.5}};
  RandomWalk mh({.step = 0.1});
  CHECK(min(walk(half, {.example = {2}}, 400, mh, {.steps = 1}, 1).samples).item() >= 0);
}

TEST_CASE("where chains begin and how they move are two streams of the seed") {
  UnadjustedLangevin sampler({.step = 0.1});
  const Tensor walked = walk(kNormal, {.example = {2}}, 5, sampler, {.steps = 3}, 4).samples;
  Rng start(4, "chains/start"), moves(4, "chains");
  UnadjustedLangevin again({.step = 0.1});
  CHECK(walked.to_vector() ==
        run_chains(kNormal, randn({5, 2}, start), again, {.steps = 3}, moves).x.to_vector());
}

}  // namespace
}  // namespace gradzoo
