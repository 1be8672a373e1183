#include "gradzoo/models/eval/modes.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("true draws of a toy cover every mode, 1 - exp(-9/2) of them within 3 sigma") {
  for (const char* name : {"ring8", "grid25"}) {
    CAPTURE(name);
    const auto toy = make_toy(name, {.noise = 0.01});
    Rng rng(1, "modes_test");
    const ModeCoverage found = mode_coverage(toy->sample(20000, rng), *toy->modes());
    CHECK(found.covered == found.modes);
    CHECK(found.touched == found.modes);
    CHECK(found.smallest_share > 0.8 / static_cast<double>(found.modes));
    CHECK(found.high_quality == approx(1 - std::exp(-4.5)).epsilon(0.003));
  }
}

TEST_CASE("a sample counts for its nearest centre within 3 sigma; 20 cover a mode, 1 touches it") {
  const Modes modes = {tensor({0, 0, 10, 0, 0, 10}, {3, 2}, DType::f64), 0.1};
  const Tensor at_first = full({20, 2}, 0.2),  // 2.83 sigma away
      at_second = concat(full({19, 1}, 10), full({19, 1}, 0), 1),
               nowhere = full({1, 2}, 0.22);  // 3.11 sigma away
  const ModeCoverage found = mode_coverage(concat(Tensors{at_first, at_second, nowhere}, 0), modes);
  CHECK(found.modes == 3);
  CHECK(found.covered == 1);
  CHECK(found.touched == 2);
  CHECK(found.smallest_share == 0);
  CHECK(found.high_quality == approx(39.0 / 40));
}

TEST_CASE("samples of another width than the toy's are refused") {
  const Modes modes = {zeros({1, 2}, DType::f64), 1};
  test::check_refused("instead of (n, 2)", [&] { mode_coverage(zeros({4, 3}), modes); });
}

TEST_CASE("a mode reaches to 3 sigma, and shares are of all samples, those between the modes too") {
  const Modes modes = {tensor({0, 0, 10, 0}, {2, 2}, DType::f64), 0.1};
  const Tensor samples =
      tensor({0.295, 0, 0, -0.299, 10, 0.299, 0.301, 0, 5, 5, 10, 0.31, 20, 20, 5, 4}, {8, 2});
  const ModeCoverage found = mode_coverage(samples, modes);
  CHECK(found.touched == 2);
  CHECK(found.smallest_share == approx(1.0 / 8));
  CHECK(found.high_quality == approx(3.0 / 8));
}

}  // namespace gradzoo
