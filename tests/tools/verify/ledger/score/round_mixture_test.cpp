#include "tools/verify/ledger/score/round_mixture.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"
#include "support/tensor_values.h"

namespace gradzoo {

TEST_CASE("a mixture of round Gaussians integrates to 1, and its score is its gradient") {
  const RoundMixture p{{0.2, 0.8}, tensor({-1, 0, 1, 2}, {2, 2}, DType::f64), 0.3};
  for (const RoundMixture& mixture : {p, p.noised(0.5)}) {
    const Grid grid(mixture.box(8), 120);
    const auto log_prob = [&](const Tensor& x) { return mixture.log_prob(x); };
    CHECK(std::abs(log_partition(grid, on_grid(grid, log_prob))) < 1e-10);
    const Tensor x = test::wave({6, 2});
    const Tensor gradient = vjp(log_prob, x, ones({6}, DType::f64));
    CHECK(test::max_error(mixture.score(x), gradient.to_vector()) < 1e-12);
  }
}

}  // namespace gradzoo
