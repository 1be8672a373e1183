#include "models/pictures/samples_picture.h"

#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "autograd/ops.h"

namespace gradzoo {
namespace {

TEST_CASE("samples on a line are shown as a histogram that counts each finite one once") {
  const Picture picture = samples_picture(tensor({0.0, 0.0, 1.0, 2.0, 4.0, std::nan("")}, {6, 1}));
  const Bars& bars = std::get<Bars>(picture.content);
  REQUIRE(bars.values.size() == 40);
  CHECK(bars.values.front() == 2);
  CHECK(bars.values[10] == 1);
  CHECK(bars.values.back() == 1);
  CHECK(std::accumulate(bars.values.begin(), bars.values.end(), 0.0) == 5);
  CHECK(bars.names.front() == "0.05");
  CHECK(std::get<Bars>(samples_picture(ones({3, 1})).content).values.front() == 3);
  CHECK(std::get<Bars>(samples_picture(full({3, 1}, INFINITY)).content).values.empty());
}

TEST_CASE("samples in the plane and beyond are shown by their first two numbers, images as a grid") {
  const Picture points = samples_picture(tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, {2, 3}));
  CHECK(std::get<Scatter>(points.content).points.to_vector() == std::vector<double>{1, 2, 4, 5});
  CHECK(std::holds_alternative<ImageGrid>(samples_picture(zeros({2, 3, 3})).content));
}

}  // namespace
}  // namespace gradzoo
