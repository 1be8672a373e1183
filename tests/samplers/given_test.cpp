#include "samplers/given.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

// N(0, [[1, .8], [.8, 1]]) up to a constant.
Tensor given_density(const Tensor& x) {
  const Tensor a = slice(x, 1, 0, 1), b = slice(x, 1, 1, 2);
  return reshape((square(a) - a * b * 1.6 + square(b)) * (-0.5 / 0.36), {x.dim(0)});
}

TEST_CASE("chains given one number of a Gaussian draw the other by its conditional law") {
  constexpr int64_t kChains = 4000;
  const Tensor values = concat(full({kChains, 1}, 1.5, DType::f64), zeros({kChains, 1}, DType::f64), 1);
  const Tensor known = tensor({1, 0}, {2}, DType::f64);
  const Target target = given({.log_prob = given_density}, values, known);
  Rng rng(1, "given_test");
  AdjustedLangevin sampler({.step = 0.1});
  const Tensor x = run_chains(target, randn({kChains, 2}, rng, DType::f64), sampler, {.steps = 300}, rng).x;
  const Tensor free = slice(x, 1, 1, 2);
  // N(.8 * 1.5, 1 - .8^2): five standard errors.
  CHECK(std::abs(mean(free).item() - 1.2) < 5 * 0.6 / std::sqrt(kChains));
  CHECK(std::abs(mean(square(free - 1.2)).item() - 0.36) < 5 * 0.36 * std::sqrt(2.0 / kChains));
}

TEST_CASE("known numbers of another count than the values are refused with both shapes") {
  CHECK(test::error_message([] {
          given({.log_prob = given_density}, zeros({3, 2}), zeros({5}));
        }) == "given: values (3,2) and known (5). Hint: use (B, d) and (d)");
}

TEST_CASE("a score given some numbers reads them and moves the others alone") {
  const Target slope{.score = [](const Tensor& x) { return neg(x); }};
  const Tensor values = tensor({3, 9}, {1, 2}, DType::f64), known = tensor({1, 0}, {2}, DType::f64);
  const Target target = given(slope, values, known);
  CHECK_FALSE(target.log_prob);
  CHECK(target.score(tensor({7, 5}, {1, 2}, DType::f64)).to_vector() == std::vector<double>{0, -5});
  CHECK_THROWS_AS(given(slope, values, tensor({1}, {1}, DType::f64)), Error);
}

}  // namespace
}  // namespace gradzoo
