#include "models/ebm/chains.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "samplers/chains.h"
#include "samplers/kinds/langevin.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

TEST_CASE(
    "chains are those of the sampler that is asked for, with its step, and their acceptance is the mean") {
  const Target target{.log_prob = [](const Tensor& x) { return sum(square(square(x)) * -0.25, 1); }};
  const Tensor from = test::wave({300, 2});
  const auto rng = [] { return Rng(1, "chains_test"); };
  Rng a = rng(), b = rng(), c = rng(), d = rng();
  double accepted = 0;
  const Tensor exact =
      EbmChains(ebm_mala, {.step = 0.3, .noise = std::sqrt(0.6)}).walk(target, from, 7, a, &accepted);
  const ChainResult mala = run_chains(target, from, AdjustedLangevin({.step = 0.3}), {.steps = 7}, b);
  CHECK(test::same_bytes(exact, mala.x));
  CHECK(accepted == doctest::Approx(mala.acceptance).epsilon(1e-12));
  CHECK(accepted < 0.95);
  const Tensor plain = EbmChains(ebm_ula, {.step = 0.05, .noise = 0.2}).walk(target, from, 7, c);
  // noise 0.2 is 0.2 / sqrt(0.1) of a Langevin step's
  const UnadjustedLangevinOptions options{.step = 0.05, .noise = 0.2 / std::sqrt(0.1)};
  CHECK(test::max_error(
            plain, run_chains(target, from, UnadjustedLangevin(options), {.steps = 7}, d).x.to_vector()) <
        1e-12);
}

}  // namespace
}  // namespace gradzoo
