#include "autograd/distances.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("squared distances are what a loop over pairs gives, at any width, and far from 0") {
  Rng rng(1, "distances");
  for (const int64_t width : {0, 1, 2, 7, 40}) {
    for (const double from : {0.0, 0x1p40}) {
      const Tensor a = cast(cast(randn({5, width}, rng) * 1000.0, DType::i64), DType::f64) + from;
      const Tensor b = cast(cast(randn({9, width}, rng) * 1000.0, DType::i64), DType::f64) + from;
      const Tensor found = squared_distances(a, b);
      REQUIRE(found.shape() == Shape{5, 9});
      REQUIRE(found.dtype() == DType::f64);
      for (int64_t i = 0; i < 5; ++i)
        for (int64_t j = 0; j < 9; ++j) {
          double wanted = 0;  // of whole numbers, exact
          for (int64_t k = 0; k < width; ++k)
            wanted += std::pow(a.data<double>()[i * width + k] - b.data<double>()[j * width + k], 2);
          CHECK(found.data<double>()[i * 9 + j] == wanted);
        }
    }
  }
  CHECK(squared_distances(tensor({1, 2}, {1, 2}), tensor({4, 6}, {1, 2})).item() == 25);  // of f32
  CHECK(squared_distances(zeros({0, 2}), zeros({3, 2})).size() == 0);
  CHECK(test::contains(test::error_message([] {
                         squared_distances(zeros({2, 2}), zeros({2, 3}));
                       }),
                       "pass the same width"));
}

}  // namespace gradzoo
