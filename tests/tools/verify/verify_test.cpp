#include <doctest/doctest.h>

#include "runs/refusals.h"

using namespace gradzoo::test;

TEST_CASE("Rows end with how many of them hold") {
  const ProcessResult result = run_ok("verify vae.kl_closed_form gan.jsd", "/tmp");
  CHECK_MESSAGE(contains(result.out, "2 of 2 rows hold, in 0:0"), result.out);
}

TEST_CASE("Planted errors are shown with their values, each seen by its row; what has none is refused") {
  const ProcessResult result = run_ok("verify --plant vae.kl_closed_form", "/tmp");
  check_says(result.out,
             {"must be at most 1e-09", "as it is", "holds", "twice the size", "fails, as it must"});
  CHECK_FALSE(contains(result.out, "NOT SEEN"));
  const ProcessResult none = run_gradzoo("verify --plant rbm.784x500", "/tmp");
  CHECK(none.status == 1);
  CHECK_MESSAGE(contains(none.err, "rbm.784x500 has no planted errors"), none.err);
}
