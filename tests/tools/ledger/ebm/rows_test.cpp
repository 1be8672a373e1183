#include "tools/ledger/ebm/rows.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "models/ebm/ebm.h"
#include "samplers/compose.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE(
    "ebm.cd_exact_gradient sees a dropped log Z, a wrong sign, samples that are not held fixed, and a "
    "regulariser") {
  CHECK(cd_gradient_error([](TensorFn f, const Tensor& data, const Tensor& samples) {
          return contrastive_divergence(f, data, samples).loss;
        }) < 1e-12);
  CHECK(cd_gradient_error([](TensorFn f, const Tensor& data, const Tensor&) { return neg(mean(f(data))); }) >
        0.1);
  CHECK(cd_gradient_error([](TensorFn f, const Tensor& data, const Tensor& samples) {
          return neg(contrastive_divergence(f, data, samples).loss);
        }) > 0.1);
  CHECK(cd_gradient_error([](TensorFn f, const Tensor& data, const Tensor& samples) {
          return mean(f(samples)) - mean(f(data));
        }) > 0.1);
  CHECK(cd_gradient_error([](TensorFn f, const Tensor& data, const Tensor& samples) {
          return contrastive_divergence(f, data, samples, 0.1).loss;
        }) > 0.01);
}

TEST_CASE(
    "ebm.composition_gaussians sees a mean of the log-densities in place of their sum, and a lost factor") {
  const CompositionErrors right = measure_composition(product_of, 1);
  CHECK(right.density < 1e-9);
  CHECK(right.moments < 4.3);
  const auto halved = [](const Target& a, const Target& b) {
    const Target both = product_of(a, b);
    return Target{.log_prob = [both](const Tensor& x) { return both.log_prob(x) * 0.5; }};
  };
  const auto first_alone = [](const Target& a, const Target&) { return a; };
  for (const CompositionErrors& planted :
       {measure_composition(halved, 1), measure_composition(first_alone, 1)}) {
    CHECK(planted.density > 1e-3);
    CHECK(planted.moments > 4.3);
  }
}

}  // namespace
}  // namespace gradzoo
