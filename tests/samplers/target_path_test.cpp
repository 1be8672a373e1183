#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/ais.h"
#include "gradzoo/samplers/kinds/gibbs.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/kinds/random_walk.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

const Target kWide{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; }};
const Target kNarrow{.log_prob = [](const Tensor& x) { return sum(square(x - 1.0), 1) * -4.0; },
                     .score = [](const Tensor& x) { return (1.0 - x) * 8.0; }};

std::vector<double> ladder(int64_t count) {
  std::vector<double> out;
  for (int64_t k = 0; k < count; ++k) out.push_back(static_cast<double>(k) / static_cast<double>(count - 1));
  return out;
}

TEST_CASE("a density between two is their geometric mean, and so is its score, however each gives its own") {
  RandomWalk sampler;
  const TargetPath path(kWide, kNarrow, sampler);
  const Tensor x = wave({6, 2});
  const PointValue found = value_and_score(path.at(0.25), x);
  const Tensor f = kWide.log_prob(x) * 0.75 + kNarrow.log_prob(x) * 0.25;
  CHECK(max_error(found.log_prob, f.to_vector()) < 1e-14);
  CHECK(max_error(found.score, (x * -0.75 + (1.0 - x) * 2.0).to_vector()) < 1e-14);
}

TEST_CASE("where one density is 0, the other end does not hear of it") {
  const Target half{.log_prob = [](const Tensor& x) { return sum(log(x), 1); }};  // not a number below 0
  RandomWalk sampler;
  const TargetPath path(kWide, half, sampler);
  const Tensor x = tensor({-1}, {1, 1}, DType::f64);
  CHECK(log_prob_of(path.at(0), x).item() == -0.5);
  CHECK(std::isnan(log_prob_of(path.at(1), x).item()));
}

TEST_CASE("an advance gives the slope of the path where chains stood, and moves them by the new density") {
  Hmc sampler({.step = 0.2, .leapfrog_steps = 5});
  TargetPath path(kWide, kNarrow, sampler, 3);
  const Tensor start = wave({4, 2});
  Tensor x = start;
  Rng rng(1, "test"), same(1, "test");
  const Tensor w = path.advance(x, 0.25, 0.75, rng);
  CHECK(w.dtype() == DType::f64);
  CHECK(max_error(w, ((kNarrow.log_prob(start) - kWide.log_prob(start)) * 0.5).to_vector()) < 1e-14);
  Hmc other({.step = 0.2, .leapfrog_steps = 5});
  const Target there = path.at(0.75);
  other.begin(there, start);
  for (int i = 0; i < 3; ++i) other.step(there, same);
  CHECK(same_bytes(x, other.x()));
}

TEST_CASE("two densities and any exact sampler give the ratio: mh, mala, hmc, and flips on bits") {
  constexpr int64_t kChains = 2000;
  RandomWalk mh({.step = 0.6});
  AdjustedLangevin mala({.step = 0.1});
  Hmc hmc({.step = 0.3, .leapfrog_steps = 4});
  for (Sampler* sampler :
       {static_cast<Sampler*>(&mh), static_cast<Sampler*>(&mala), static_cast<Sampler*>(&hmc)}) {
    Rng rng(2, "test/path");
    TargetPath path(kWide, kNarrow, *sampler);
    const AisEstimate found =
        annealed_importance_sampling(path, randn({kChains, 2}, rng, DType::f64), ladder(60), rng);
    // Z of exp(-4 |x|^2) over Z of exp(-|x|^2/2) in the plane: 1/8. Four tests: false alarm 9e-5.
    CHECK_MESSAGE(std::abs(found.log_ratio + std::log(8.0)) < 4.2 * found.error, sampler->name());
  }
  const Target fair{.log_prob = [](const Tensor& x) { return sum(x, 1) * 0.0; }, .binary = true};
  const Target coupled{.log_prob = [](const Tensor& x) { return square(sum(x, 1) - 1.0); }, .binary = true};
  SingleFlip flip({.flips = 4});
  Rng rng(3, "test/path");
  TargetPath path(fair, coupled, flip);
  const Tensor bits = bernoulli(full({kChains, 3}, 0.5, DType::f64), rng);
  const AisEstimate found = annealed_importance_sampling(path, bits, ladder(20), rng);
  const double truth = std::log((std::exp(1.0) + 3 + 3 * std::exp(1.0) + std::exp(4.0)) / 8);
  CHECK(std::abs(found.log_ratio - truth) < 4.2 * found.error);
}

TEST_CASE("two targets that make no path are refused, and samplers that would bias it") {
  RandomWalk mh;
  UnadjustedLangevin ula;
  const auto refusal = [&](const Target& a, const Target& b, Sampler& sampler, int64_t transitions = 1) {
    return error_message([&] { TargetPath(a, b, sampler, transitions); });
  };
  const Target score_alone{.score = [](const Tensor& x) { return neg(x); }};
  Target binary = kWide, bounded = kWide;
  binary.binary = true;
  bounded.domain = {0, 1};
  CHECK(contains(refusal(kWide, score_alone, mh), "set log_prob of both"));
  CHECK(contains(refusal(kWide, binary, mh), "one target is binary"));
  CHECK(contains(refusal(binary, binary, mh), "mh: it samples continuous x"));
  CHECK(contains(refusal(kWide, bounded, mh), "different domains"));
  CHECK(contains(refusal(kWide, kNarrow, ula), "ula does not leave a density invariant"));
  CHECK(contains(refusal(kWide, kNarrow, mh, 0), "0 transitions"));
}

}  // namespace
}  // namespace gradzoo
