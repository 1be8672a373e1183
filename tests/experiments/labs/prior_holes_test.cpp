#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("prior-holes: draws from N(0, I) fall between the codes, those of the mixture hardly do") {
  const LabResult result =
      find_lab("prior-holes").run({.seed = 1}, {"steps=400", "images=2000", "draws=2000"});
  const LabTable& table = result.table("codes from");
  const auto normal = [&](const char* column) { return table.at("N(0, I)", column); };
  const auto mixture = [&](const char* column) { return table.at("mixture", column); };
  // One code in a hundred lies there; of a perfect prior's draws as many would, 2,000 are off by .002.
  CHECK(mixture("in holes") < 0.05);
  CHECK(normal("in holes") > mixture("in holes") + 0.03);
  CHECK(mixture("KL(q(z) || p(z)), nats") < normal("KL(q(z) || p(z)), nats") - 0.1);
  CHECK(mixture("KL(q(z) || p(z)), nats") > 0);
  // Both KLs lose the same by the change of prior; one has a closed form for N(0, I), the other a draw a
  // digit.
  CHECK(normal("KL(q(z) || p(z)), nats") - mixture("KL(q(z) || p(z)), nats") ==
        approx(normal("KL(q(z|x) || p(z)), nats") - mixture("KL(q(z|x) || p(z)), nats")).epsilon(0.15));
  CHECK(result.pictures.size() == 3);
}

}  // namespace gradzoo
