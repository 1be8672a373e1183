#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

// Of a machine with as many hidden as visible units, W ~ N(0, spread^2).
RbmLogPartition measured(int64_t side, double spread, const AnnealingOptions& options) {
  const NoGrad quiet;
  Rng rng(1, "rbm_partition_test");
  const RbmLayer layer(side, side, rng);
  Tensor weight = layer.weight().detach();
  weight *= spread / 0.01;
  return rbm_log_partition(layer, zeros({side}), options, 1);
}

}  // namespace

TEST_CASE("log Z is exact where a side is small, and not trusted where a few chains carry it") {
  const RbmLogPartition collapsed = measured(60, 3, {.chains = 100, .temperatures = 3});
  CHECK(collapsed.error > 0);
  CHECK_FALSE(collapsed.trusted);
  CHECK(test::contains(collapsed.how, "cannot be trusted"));
  const RbmLogPartition annealed = measured(60, 0.01, {.chains = 100, .temperatures = 200});
  CHECK(annealed.error > 0);
  CHECK(annealed.trusted);
  CHECK_FALSE(test::contains(annealed.how, "trusted"));
  const RbmLogPartition exact = measured(8, 0.01, {});
  CHECK(exact.trusted);
  CHECK(std::isnan(exact.error));
}

}  // namespace gradzoo
