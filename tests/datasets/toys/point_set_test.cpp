#include "datasets/toys/point_set.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("the box of points holds them and a tenth of each side more, wherever they lie") {
  const Tensor points = tensor({100, -3, 140, -1, 120, -2}, {3, 2}, DType::f32);
  const Box box =
      make_point_set({.values = points, .labels = {}, .rows = arange(3, DType::i64)}, "points")->box();
  CHECK(box.low[0] == approx(98));
  CHECK(box.high[0] == approx(142));
  CHECK(box.low[1] == approx(-3.1));
  CHECK(box.high[1] == approx(-0.9));
}

}  // namespace gradzoo
