#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/estimate.h"
#include "support/approx.h"

using namespace gradzoo;

TEST_CASE("the estimate is the logarithm of the mean weight, however many are drawn at once") {
  for (const int64_t at_once : {1, 2, 5, 9}) {
    std::vector<int64_t> asked;
    double next = 0, total[2] = {0, 0};
    const Tensor log_p = importance_log_likelihood(
        [&](int64_t k) {
          asked.push_back(k);
          Tensor out = zeros({2, k}, DType::f64);
          for (int64_t row = 0; row < 2; ++row)
            for (int64_t i = 0; i < k; ++i) {
              const double log_w = std::sin(next += 1);
              out.mutable_data<double>()[row * k + i] = log_w;
              total[row] += std::exp(log_w);
            }
          return out;
        },
        5, at_once);
    int64_t drawn = 0;
    for (const int64_t k : asked) drawn += k;
    CHECK(drawn == 5);
    for (size_t row = 0; row < 2; ++row)
      CHECK(log_p.to_vector()[row] == approx(std::log(total[row] / 5)).epsilon(1e-13));
  }
}
