#include "gradzoo/samplers/kinds/gibbs.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/chains.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

// h repeats x's first bit, x' the hidden one in all three.
Target echo() {
  return {.conditionals = {.hidden = [](const Tensor& x) { return slice(x, 1, 0, 1); },
                           .visible =
                               [](const Tensor& h) {
                                 return broadcast_to(h, {h.dim(0), 3});
                               }},
          .binary = true};
}

TEST_CASE("a sweep draws the hidden side given x, then x given the hidden side") {
  const Tensor x = tensor({1, 0, 0, 0, 1, 1}, {2, 3}, DType::f64);
  BlockGibbs sampler;
  Rng rng(1, "test/gibbs");
  sampler.begin(echo(), x);
  CHECK_FALSE(sampler.value().log_prob.defined());
  sampler.step(echo(), rng);
  CHECK(sampler.x().to_vector() == std::vector<double>{1, 1, 1, 0, 0, 0});
  CHECK(sampler.moved() == 1);
  CHECK(rng.draw() == 2);
}

TEST_CASE("sweeps are several, and log_prob is traced where the target has it") {
  Target target = echo();
  target.log_prob = [](const Tensor& x) { return sum(x, 1); };
  BlockGibbs sampler({.sweeps = 3});
  Rng rng(1, "test/gibbs");
  const ChainResult found = run_chains(target, zeros({4, 3}), sampler, {.steps = 5}, rng);
  CHECK(found.acceptance == 1);
  CHECK(rng.draw() == 5 * 3 * 2);
  CHECK(sampler.value().log_prob.to_vector() == std::vector<double>{0, 0, 0, 0});
}

TEST_CASE("conditionals of another shape or dtype are refused by name") {
  Rng rng(1);
  BlockGibbs sampler;
  const auto refusal = [&](const Target& target) {
    return test::error_message([&] {
      sampler.begin(target, zeros({2, 3}));
      sampler.step(target, rng);
    });
  };
  Target wrong = echo();
  wrong.conditionals.visible = [](const Tensor& h) { return h; };
  CHECK(test::contains(refusal(wrong), "gibbs: conditionals.visible returns (2,1)"));
  wrong.conditionals.hidden = [](const Tensor& x) { return sum(x, 1); };
  CHECK(test::contains(refusal(wrong), "gibbs: conditionals.hidden returns (2)"));
  wrong.conditionals.hidden = [](const Tensor& x) { return cast(x, DType::f64); };
  CHECK(test::contains(refusal(wrong), "of f32. Hint: return (B, units) of the same dtype"));
  test::check_refused("gibbs: sweeps is 0", [] { BlockGibbs({.sweeps = 0}); });
}

}  // namespace
}  // namespace gradzoo
