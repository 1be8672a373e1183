#include "models/networks/rbm_partition.h"

#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/base/quantity.h"

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

const QuantityInfo kDensity{"log_p", "nats"};

}  // namespace

TEST_CASE("What a few chains carry is not trusted, and says so wherever it is shown") {
  const RbmLogPartition collapsed = measured(60, 3, {.chains = 100, .temperatures = 3});
  CHECK_FALSE(collapsed.exact);
  CHECK_FALSE(collapsed.trusted);
  CHECK(collapsed.how.find("not to be trusted") != std::string::npos);
  CHECK_FALSE(collapsed.as_quantity("of a test").trusted);
  const Quantity density = collapsed.within(quantity(kDensity, -80, "of a test", 0.3), "log p(x)");
  CHECK_FALSE(density.trusted);
  CHECK(density.density_kind == "log p(x) by annealing, not to be trusted");
}

TEST_CASE("An annealed log Z adds its error to a density's, an exact one adds none") {
  const RbmLogPartition annealed = measured(60, 0.01, {.chains = 100, .temperatures = 200});
  CHECK_FALSE(annealed.exact);
  REQUIRE(annealed.trusted);
  CHECK(annealed.as_quantity("of a test").error == annealed.error);
  const Quantity density =
      annealed.within(quantity(kDensity, -80, "of a test", 3 * annealed.error), "log p(x)");
  CHECK(density.trusted);
  CHECK(density.density_kind == "log p(x) by annealing");
  CHECK(density.error == doctest::Approx(std::sqrt(10.0) * annealed.error));
  const RbmLogPartition exact = measured(8, 0.01, {});
  REQUIRE(exact.exact);
  const Quantity sure = exact.within(quantity(kDensity, -80, "of a test", 0.3), "log p(x)");
  CHECK(sure.trusted);
  CHECK(sure.error == 0.3);
  CHECK(sure.density_kind == "log p(x)");
}

}  // namespace gradzoo
