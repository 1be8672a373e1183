#include "tools/lab/points.h"

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

TEST_CASE("each sample belongs to its nearest centre") {
  const Tensor centres = tensor({0, 0, 10, 0}, {2, 2}, DType::f64);
  const Tensor samples = tensor({3, 4, 9, 0, 1, 0, 0, 2}, {4, 2}, DType::f32);
  const Nearest found = nearest_centres(samples, centres);
  CHECK(found.shares == std::vector<double>{0.75, 0.25});
  CHECK(found.distances == std::vector<double>{5, 1, 1, 2});
  CHECK(share_within(found.distances, 2) == 0.75);
  CHECK(total_variation({0.5, 0.5, 0}, {0.25, 0.5, 0.25}) == 0.25);
}

}  // namespace
}  // namespace gradzoo
