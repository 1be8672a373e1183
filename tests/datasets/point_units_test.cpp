#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "datasets/toys/point_set.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/dataset.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

TEST_CASE("units of points: their mean, and the root mean square of their deviations") {
  const Tensor x = tensor({1, 10, 3, 14, 5, 12}, {3, 2});  // deviations sqrt(8/3) each
  const PointUnits units = units_of_points(x);
  CHECK(units.centre.to_vector() == std::vector<double>{3, 12});
  CHECK(units.length() == approx(std::sqrt(8.0 / 3)).epsilon(1e-7));
  CHECK(units.log_volume() == approx(std::log(8.0 / 3)).epsilon(1e-6));
  const Tensor u = units.to_model(x);
  CHECK(u.to_vector()[0] == approx(-2 / std::sqrt(8.0 / 3)).epsilon(1e-6));
  CHECK(units.to_data(u).to_vector()[5] == approx(12).epsilon(1e-6));
  // Of deviations 1 and 3: the root of (1 + 9) / 2.
  CHECK(units_of_points(tensor({-1, -3, 1, 3}, {2, 2})).length() == approx(std::sqrt(5.0)).epsilon(1e-7));
}

TEST_CASE("numbers whose deviations differ more than tenfold have a scale each") {
  const auto scales = [](double second) {
    return units_of_points(tensor({-1, -second, 1, second}, {2, 2})).scale.to_vector();
  };
  CHECK(scales(9.9)[0] == scales(9.9)[1]);
  CHECK(scales(10.1)[0] == 1);
  CHECK(scales(10.1)[1] == approx(10.1).epsilon(1e-6));
  CHECK(scales(0.09)[1] == approx(0.09).epsilon(1e-6));
  const PointUnits own = units_of_points(tensor({-1, -1000, 1, 1000}, {2, 2}));
  CHECK(own.length() == 1);
  CHECK(own.log_volume() == approx(std::log(1000.0)).epsilon(1e-6));
}

TEST_CASE("a number that never changes has the common scale, and equal points scale 1") {
  const double value = static_cast<float>(0.1);  // whose mean over three rounds
  const PointUnits units = units_of_points(tensor({-2, value, 2, value, 0, value}, {3, 2}));
  CHECK(units.centre.to_vector()[1] == value);
  CHECK(units.scale.to_vector()[1] == units.scale.to_vector()[0]);
  CHECK(units.length() == approx(std::sqrt(8.0 / 3)).epsilon(1e-7));
  const PointUnits none = units_of_points(tensor({value, value, value}, {3, 1}));
  CHECK(none.length() == 1);
  CHECK(none.to_model(full({1, 1}, value)).item() == 0);
  // The same beside numbers of scales of their own: the common one, by the numbers that vary.
  const PointUnits own = units_of_points(tensor({-1, -100, 7, 1, 100, 7}, {2, 3}));
  CHECK(own.scale.to_vector()[2] == approx(std::sqrt(10001.0 / 2)).epsilon(1e-6));
}

TEST_CASE("models see a number that never changes in a box around 0, at any scale of the others") {
  const Tensor points = tensor({-0.002, 7, 0, 0.002, 7, 0}, {2, 3});
  const DataShape shape{.example = {3},
                        .toy = make_point_set({points, {}, arange(2, DType::i64)}, "a file"),
                        .units = units_of_points(points)};
  const Box box = shape.in_model_units().toy->box();
  for (const size_t axis : {1, 2}) {
    CHECK(box.low[axis] == -1);
    CHECK(box.high[axis] == 1);
  }
  CHECK(shape.in_model_units().toy->constant_coordinates() == std::vector<int64_t>{1, 2});
}

TEST_CASE("units that are not set leave points as they are") {
  const Tensor x = tensor({1, 2}, {1, 2});
  const PointUnits none;
  CHECK_FALSE(none.is_set());
  CHECK(none.to_model(x).to_vector() == x.to_vector());
  CHECK(none.to_data(x).to_vector() == x.to_vector());
  CHECK(none.log_volume() == 0);
  CHECK(none.length() == 1);
}

TEST_CASE("a toy's units are its scale, and models see it at scale 1; patterns of bits have none") {
  CHECK_FALSE(shape_of({.data = "ring8"}).units.is_set());
  CHECK_FALSE(shape_of({.data = "bars-and-stripes", .toy_scale = 2}).units.is_set());
  const DataShape shape = shape_of({.data = "mixture", .toy_scale = 1000}),
                  plain = shape_of({.data = "mixture"});
  CHECK(shape.units.length() == 1000);
  CHECK(shape.units.centre.to_vector() == std::vector<double>{0, 0});
  const DataShape seen = shape.in_model_units();
  CHECK_FALSE(seen.units.is_set());
  CHECK(seen.diameter() == approx(plain.diameter()).epsilon(1e-6));
  CHECK(seen.toy->box().high[1] == approx(plain.toy->box().high[1]));
  const Tensor u = tensor({0.3, -0.7}, {1, 2}, DType::f64);
  CHECK(seen.toy->log_prob(u).item() == approx(plain.toy->log_prob(u).item()));
  CHECK(seen.toy->score(u).to_vector()[0] == approx(plain.toy->score(u).to_vector()[0]));
  const DataShape ring = shape_of({.data = "ring8", .toy_scale = 10}).in_model_units();
  CHECK(ring.modes()->sigma == approx(0.2));
  CHECK(ring.modes()->centers.to_vector()[0] == approx(1));
  CHECK(ring.toy->name() == "ring8");
}

}  // namespace
}  // namespace gradzoo
