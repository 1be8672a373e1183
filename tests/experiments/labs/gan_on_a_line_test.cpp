#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("gan-on-a-line: moments are matched and no more; a discriminator brings G to both bumps") {
  const LabResult result = find_lab("gan-on-a-line").run({.seed = 1}, {"steps=4000"});
  const LabTable& table = result.table("G taught by");
  const double deviation = std::hypot(2, 0.5);  // of bumps of width .5 at -2 and 2
  CHECK(std::abs(table.at("mean", "mean")) < 0.1);
  CHECK(table.at("mean", "deviation") < 1);  // .5 at first, and nothing asked for more
  CHECK(std::abs(table.at("moments", "mean")) < 0.1);
  CHECK(table.at("moments", "deviation") == approx(deviation).epsilon(0.05));
  CHECK(table.at("mean", "JSD") > 0.5);     // of at most .693
  CHECK(table.at("moments", "JSD") > 0.1);  // of one hill
  CHECK(table.at("discriminator", "JSD") < 0.1);
  CHECK(table.at("discriminator", "|D - D*|") < 0.2);
  CHECK(std::isnan(table.at("moments", "|D - D*|")));
  REQUIRE(result.pictures.size() == 3);
  for (const LabPicture& strip : result.pictures)
    for (const char* step : {": step 0<", ": step 200<", ": step 800<", ": step 4000<"})
      CHECK(test::contains(strip.drawing.bytes, step));
}

TEST_CASE("gan-on-a-line: a knob turns what it names") {
  const auto table = [](std::initializer_list<std::string> knobs) {
    return find_lab("gan-on-a-line").run({.seed = 1}, knobs).table("G taught by");
  };
  const LabTable one = table({"steps=40"}), minimax = table({"steps=40", "loss=minimax"}),
                 slow = table({"steps=40", "generator_rate=0.000001", "start=5"}),
                 near = table({"steps=40", "gap=0"});
  CHECK(one.at("mean", "mean") == minimax.at("mean", "mean"));
  CHECK(one.at("discriminator", "mean") != minimax.at("discriminator", "mean"));
  // G(z) lies about its start as long as it hardly learns, whoever teaches it.
  CHECK(slow.at("mean", "mean") == approx(slow.at("moments", "mean")).epsilon(1e-3));
  CHECK(slow.at("mean", "mean") - one.at("mean", "mean") > 4);
  CHECK(near.at("mean", "JSD") != one.at("mean", "JSD"));
}

}  // namespace gradzoo
