#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/registry.h"
#include "gradzoo/samplers/target.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

Tensor log_density(const Tensor& x) { return sum(x, 1); }
Tensor same(const Tensor& x) { return x; }

const Target kSmooth{.log_prob = log_density};
const Target kInExtent{.log_prob = log_density, .extent = {{0}, {1}}};
const Target kScore{.score = same};
const Target kBits{.log_prob = log_density, .binary = true};
const Target kBipartite{.log_prob = log_density, .conditionals = {same, same}, .binary = true};

TEST_CASE("samplers are named by the target that they walk on") {
  CHECK(sampler_names() == "mh, ula, mala, hmc, jumps, annealed, flip, gibbs");
  CHECK(fitting_samplers(kSmooth) == "mh, ula, mala, hmc, annealed");
  CHECK(fitting_samplers(kInExtent) == "mh, ula, mala, hmc, jumps, annealed");
  CHECK(fitting_samplers({.log_prob = log_density, .domain = {0, 1}}) ==
        "mh, ula, mala, hmc, jumps, annealed");
  CHECK(fitting_samplers({.log_prob = log_density, .domain = {.lower = 0}}) ==
        "mh, ula, mala, hmc, annealed");
  CHECK(fitting_samplers(kScore) == "ula, annealed");
  CHECK(fitting_samplers(kBits) == "flip");
  CHECK(fitting_samplers(kBipartite) == "flip, gibbs");
  CHECK(fitting_samplers({}) == "");
}

TEST_CASE("a sampler that does not fit says why, and which do") {
  const auto why = [](const char* name, const Target& target) {
    return why_unfit(name, find_sampler(name).needs, target);
  };
  CHECK(why("hmc", kSmooth) == "");
  CHECK(why("jumps", kInExtent) == "");
  CHECK(why("jumps", kSmooth) ==
        "jumps: it proposes points in an extent, and the target has none. Hint: samplers for this target: "
        "mh, ula, mala, hmc, annealed");
  CHECK(why("gibbs", kBipartite) == "");
  CHECK(why("hmc", kBits) ==
        "hmc: it samples continuous x, and the target is binary. Hint: samplers for this target: flip");
  CHECK(
      contains(why("gibbs", kBits), "the target has no conditionals. Hint: samplers for this target: flip"));
  CHECK(contains(why("flip", kSmooth), "the target is continuous. Hint: samplers for this target: mh, ula"));
  CHECK(contains(why("mh", kScore),
                 "a score but no log-density. Hint: samplers for this target: ula, annealed"));
  CHECK(contains(why("ula", {}), "neither log-density nor score. Hint: set Target::log_prob"));
  const Target nothing_fits{.score = same, .binary = true};
  CHECK(contains(why("flip", nothing_fits), "Hint: set Target::log_prob"));
}

TEST_CASE("needs and what targets have are told in words") {
  CHECK(needs_text(kNeedsLogProb) == "log-density");
  CHECK(needs_text(kNeedsScore) == "score");
  CHECK(needs_text(kNeedsScore | kNeedsLogProb) == "log-density and score");
  CHECK(needs_text(kNeedsLogProb | kNeedsBinary) == "log-density of binary x");
  CHECK(needs_text(kNeedsLogProb | kNeedsExtent) == "log-density with an extent");
  CHECK(target_text(kInExtent) == "a log-density with an extent");
  CHECK(needs_text(kNeedsConditionals | kNeedsBinary) == "pair of conditionals");
  CHECK(target_text(kScore) == "a score but no log-density");
  CHECK(target_text({}) == "neither log-density nor score");
  CHECK(target_text(kBits) == "a distribution over binary x");
}

}  // namespace
}  // namespace gradzoo
