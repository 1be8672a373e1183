#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/ebm/ebm.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

// grad f of x is -x / 0.1.
const Target kBowl{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -5.0; }};

Tensor stepped(const ChainMove& move, const Tensor& x) {
  Rng rng(1, "limited");
  LimitedLangevin chain(move);
  chain.begin(kBowl, x);
  chain.step(kBowl, rng);
  return chain.x();
}

TEST_CASE("a limited step is clamp(x + step clip(grad f) + noise z), each limit for itself") {
  const Tensor x = test::wave({5, 4});
  Rng rng(1, "limited");
  const std::vector<double> z = randn({5, 4}, rng, DType::f64).to_vector(), at = x.to_vector();
  for (const double clip : {0.0, 0.5})
    for (const bool clamped : {false, true}) {
      CAPTURE(clip);
      CAPTURE(clamped);
      std::vector<double> wanted;
      for (size_t i = 0; i < z.size(); ++i) {
        const double slope = clip > 0 ? std::clamp(-10 * at[i], -clip, clip) : -10 * at[i];
        const double next = at[i] + 0.3 * slope + 0.2 * z[i];
        wanted.push_back(clamped ? std::clamp(next, 0.0, 1.0) : next);
      }
      const ChainMove move{.step = 0.3, .noise = 0.2, .step_clip = clip, .clamp = clamped};
      CHECK(test::max_error(stepped(move, x), wanted) < 1e-14);
    }
}

TEST_CASE("what limits a move makes the chain a limited one, and no sampler of exp f") {
  const ChainMove free{.step = 0.5, .noise = 1};
  CHECK(EbmChains(ebm_ula, free).sample_f());
  CHECK(ebm_ula(free)->name() == "ula");
  ChainMove clipped = free, clamped = free;
  clipped.step_clip = 0.1;
  clamped.clamp = true;
  for (const ChainMove& move : {clipped, clamped}) {
    CHECK(ebm_ula(move)->name() == "limited ula");
    CHECK(!EbmChains(ebm_ula, move).sample_f());
  }
  CHECK(!EbmChains(ebm_ula, {.step = 0.5, .noise = 0.9}).sample_f());
  CHECK(!LimitedLangevin({.step = 0.5, .noise = 0}).is_sampling());
}

}  // namespace
}  // namespace gradzoo
