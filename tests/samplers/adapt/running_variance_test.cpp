#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {

TEST_CASE("variances of batches are those of all rows together, drawn towards 1e-3 as by five more") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = test::wave({30, 3}, dtype) + 100.0;
    RunningVariance variance;
    variance.reset(3);
    for (int64_t begin = 0; begin < 30; begin += 10) variance.add(x.rows(begin, begin + 10));
    CHECK(variance.count() == 30);
    const Tensor truth = var_axis(cast(x, DType::f64), 0);
    for (int64_t i = 0; i < 3; ++i) {
      const double wanted = (30 * truth.data<double>()[i] + 5e-3) / 35;
      CHECK(variance.regularised(i) == approx(wanted).epsilon(1e-9));
    }
    variance.reset(3);
    CHECK(variance.count() == 0);
    variance.add(x.rows(0, 1));
    CHECK(variance.regularised(0) == approx(5e-3 / 6));
  }
}

TEST_CASE("windows double, leave the beginning and the end alone, and there are none in a short warm-up") {
  for (const int64_t transitions : {20, 21, 37, 100, 500, 1000, 4321}) {
    WarmupWindows windows;
    windows.plan(transitions);
    std::vector<int64_t> closings;
    int64_t inside = 0;
    for (int64_t t = 0; t < transitions; ++t) {
      inside += windows.inside(t);
      if (!windows.closes(t)) continue;
      CHECK(windows.inside(t));
      closings.push_back(t);
    }
    REQUIRE(!closings.empty());
    CHECK(inside >= transitions / 2);
    CHECK(!windows.inside(transitions * 15 / 100 - 1));
    CHECK(!windows.inside(closings.back() + 1));
    CHECK(transitions - closings.back() - 1 >= transitions / 5);
    for (size_t i = 1; i + 1 < closings.size(); ++i)
      CHECK(closings[i + 1] - closings[i] >= 2 * (closings[i] - closings[i - 1]));
  }
  WarmupWindows none;
  none.plan(19);
  for (int64_t t = 0; t < 19; ++t) CHECK_FALSE(none.inside(t));
}

}  // namespace gradzoo
