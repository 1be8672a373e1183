#include "gradzoo/models/base/density_quantities.h"

#include <cmath>

#include <doctest/doctest.h>

#include "support/approx.h"

namespace gradzoo {
namespace {

constexpr QuantityInfo kDensity{"log_p", "nats"};

Quantity less(double error, bool trusted) {
  const Quantity log_z = sampled_log_z(12, error, trusted, "of a test");
  CHECK(log_z.value == 12);
  CHECK(log_z.trusted == trusted);
  return less_log_z(quantity(kDensity, -80, "of a test", 0.3), log_z, "log p(x)");
}

TEST_CASE("a density has the error of the log Z that it subtracts, and its doubts") {
  const Quantity exact = less(NAN, true), annealed = less(0.4, true), collapsed = less(0.4, false);
  CHECK(exact.error == 0.3);
  CHECK(exact.density_kind == "log p(x)");
  CHECK(exact.trusted);
  CHECK(annealed.error == approx(0.5));
  CHECK(annealed.density_kind == "log p(x) by annealing");
  CHECK(annealed.trusted);
  CHECK(collapsed.density_kind == "log p(x) by annealing, not to be trusted");
  CHECK_FALSE(collapsed.trusted);
}

}  // namespace
}  // namespace gradzoo
