#include "tools/ledger/dbn/rows.h"

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "nn/distributions.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE("dbn.bound sees a machine below that is left out, a Z that is left out, and a wrong entropy") {
  CHECK(tied_bound_error(dbn_bound) < 1e-10);
  const UntiedBound right = untied_bound(dbn_bound, 1);
  CHECK(right.z < 5.2);
  CHECK(right.slack > 0);

  const auto without_z = [](const RbmStack& layers, const Tensor& x, double, Rng& rng) {
    return dbn_bound(layers, x, 0, rng);
  };
  CHECK(tied_bound_error(without_z) > 0.1);
  CHECK(untied_bound(without_z, 1).z > 5.2);

  const auto without_entropy = [](const RbmStack& layers, const Tensor& x, double log_z, Rng& rng) {
    const RbmLayer& layer = *layers[0];
    const Tensor h = bernoulli(layer.hidden_probabilities(x), rng);
    const Tensor down = matmul(h, layer.weight(), false, true) + layer.visible_bias();
    return sum(bernoulli_log_prob(x, down), 1) - layers[1]->free_energy(h) - log_z;
  };
  CHECK(tied_bound_error(without_entropy) > 0.1);
  CHECK(untied_bound(without_entropy, 1).z > 5.2);

  const auto from_the_prior = [](const RbmStack& layers, const Tensor& x, double log_z, Rng& rng) {
    const RbmLayer& layer = *layers[0];
    const Tensor up = matmul(x, layer.weight()) + layer.hidden_bias();
    const Tensor h = bernoulli(full(up.shape(), 0.5, up.dtype()), rng);
    const Tensor down = matmul(h, layer.weight(), false, true) + layer.visible_bias();
    return sum(bernoulli_log_prob(x, down), 1) - sum(bernoulli_log_prob(h, up), 1) -
           layers[1]->free_energy(h) - log_z;
  };
  CHECK(untied_bound(from_the_prior, 1).z > 5.2);
}

}  // namespace
}  // namespace gradzoo
