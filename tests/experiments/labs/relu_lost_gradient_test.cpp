#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("relu-lost-gradient: autodiff gives 0 where differences do not, and softplus tends to these") {
  for (const uint64_t seed : {uint64_t{1}, uint64_t{2}}) {
    const LabResult result = find_lab("relu-lost-gradient").run({.seed = seed}, {"sharpnesses=1,16,256"});
    const LabTable& table = result.table("activation");
    CHECK(table.at("relu", "autodiff") == 0);
    CHECK(table.at("relu", "differences") > 0.01);
    CHECK(table.at("softplus, 1", "lost") < 1e-3 * table.at("softplus, 1", "differences"));
    CHECK(table.at("softplus, 16", "lost") < 0.02 * table.at("softplus, 16", "differences"));
    CHECK(table.at("softplus, 256", "autodiff") == approx(table.at("relu", "differences")).epsilon(0.02));
    CHECK(table.at("relu", "Leibniz") == approx(table.at("relu", "differences")).epsilon(0.02));
  }
}

}  // namespace gradzoo
