#include "gradzoo/samplers/chains.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

TEST_CASE("chains are those of the sampler that is asked for, and their acceptance is the mean") {
  const Target target{.log_prob = [](const Tensor& x) { return sum(square(square(x)) * -0.25, 1); }};
  const Tensor from = test::wave({300, 2});
  const auto rng = [] { return Rng(1, "chains_test"); };
  Rng a = rng(), b = rng(), c = rng(), d = rng();
  double accepted = 0;
  const Tensor exact =
      EbmChains(ebm_mala, {.step = 0.3, .noise = std::sqrt(0.6)}).walk(target, from, 7, a, &accepted);
  const ChainResult mala = run_chains(target, from, AdjustedLangevin({.step = 0.3}), {.steps = 7}, b);
  CHECK(test::same_bytes(exact, mala.x));
  CHECK(accepted == approx(mala.acceptance).epsilon(1e-12));
  CHECK(accepted < 0.95);
  const Tensor plain = EbmChains(ebm_ula, {.step = 0.05, .noise = 0.2}).walk(target, from, 7, c);
  // noise 0.2 is 0.2 / sqrt(0.1) of a Langevin step's
  const UnadjustedLangevinOptions options{.step = 0.05, .noise = 0.2 / std::sqrt(0.1)};
  CHECK(test::max_error(
            plain, run_chains(target, from, UnadjustedLangevin(options), {.steps = 7}, d).x.to_vector()) <
        1e-12);
}

// .9 of the mass at 3, .1 at -3, far apart for a Langevin step of .1.
const Target kFar{
    .log_prob =
        [](const Tensor& x) {
          return logsumexp(
              concat(square(x - 3.0) * -8.0 + std::log(0.9), square(x + 3.0) * -8.0 + std::log(0.1), 1), 1);
        },
    .extent = {{-5}, {5}}};

// 4.5 standard errors of a share of independent chains: false alarm 7e-6.
TEST_CASE("chains that walk and jump find the weights of far modes, those that only walk stay") {
  constexpr int64_t kChains = 4000;
  EbmOptions options{.sampler = ebm_mala, .step = 0.05, .noise = std::sqrt(0.1)};
  const auto share_right = [&](int64_t jumps) {
    options.jumps = jumps;
    EbmChains chains(options);
    CHECK(chains.jump() == (jumps > 0));
    CHECK(chains.fewest() == (jumps > 0 ? 4 : 1));
    Rng rng(2, "chains_test");
    const Tensor from = concat(full({kChains / 2, 1}, 3.0), full({kChains / 2, 1}, -3.0), 0);
    std::vector<double> done;
    const Tensor x =
        chains.walk_and_jump(kFar, from, 95, 10, rng, [&](double share) { done.push_back(share); });
    CHECK(std::ranges::is_sorted(done));
    CHECK(done.back() == 1);
    return mean(cast(gt(x, 0.0), DType::f64)).item();
  };
  CHECK(share_right(0) == 0.5);
  CHECK(std::abs(share_right(4) - 0.9) < 4.5 * std::sqrt(0.09 / kChains));
}

TEST_CASE("chains jump after each run of transitions, and after the last") {
  EbmOptions options{.sampler = ebm_mala, .jumps = 3, .step = 0.05, .noise = std::sqrt(0.1)};
  EbmChains chains(options), same(options);
  Rng a(3, "chains_test"), b(3, "chains_test");
  const Tensor from = full({20, 1}, 3.0, DType::f64);
  const Tensor found = chains.walk_and_jump(kFar, from, 7, 4, a);
  double taken = 0;
  Tensor x = same.jump(kFar, same.walk(kFar, from, 4, b), b, &taken);
  x = same.jump(kFar, same.walk(kFar, x, 3, b), b, &taken);
  CHECK(test::same_bytes(found, x));
  CHECK(a.draw() == b.draw());
  CHECK(taken > 0);
  CHECK(taken <= 2);
}

}  // namespace
}  // namespace gradzoo
