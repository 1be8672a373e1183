#include "tools/ledger/nce/figures.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tools/ledger/ledger.h"

namespace gradzoo {
namespace {

bool row_passes(double c_error, double kl) { return passes({nce_share(c_error, kl), AtMost{1}, ""}); }

TEST_CASE("nce.toy_logz needs the constant and the modes, not one of them") {
  CHECK(row_passes(0.049, 0.019));
  CHECK(row_passes(-0.049, 0.0));
  CHECK_FALSE(row_passes(0.0, 0.085));  // a ring without modes, perfectly normalised
  CHECK_FALSE(row_passes(-0.06, 0.001));
  CHECK_FALSE(row_passes(NAN, 0.001));
  CHECK_FALSE(row_passes(0.001, NAN));
}

TEST_CASE("fce.ring8 needs both models, neither far behind the one that it is held against") {
  CHECK(fce_share({0.002, 0.001, 0.03, 0.015}) <= 1);
  CHECK(fce_share({0.004, 0.001, 0.01, 0.015}) > 1);
  CHECK(fce_share({0.001, 0.001, 0.04, 0.015}) > 1);
  CHECK_FALSE(fce_share({NAN, 0.001, 0.01, 0.015}) <= 1);
  CHECK_FALSE(fce_share({0.001, 0.001, NAN, 0.015}) <= 1);
}

}  // namespace
}  // namespace gradzoo
