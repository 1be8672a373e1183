#include <doctest/doctest.h>

#include "tools/refusals.h"

using namespace gradzoo::test;

TEST_CASE("Rows end with how many of them hold") {
  const ProcessResult result = run_gradzoo("verify vae.kl_closed_form gan.jsd", "/tmp");
  REQUIRE_MESSAGE(result.status == 0, result.err);
  CHECK_MESSAGE(contains(result.out, "2 of 2 rows hold, in 0:0"), result.out);
}
