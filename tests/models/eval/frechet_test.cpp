#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

Moments diagonal(std::vector<double> mean, std::vector<double> variances) {
  const auto n = static_cast<int64_t>(mean.size());
  return {tensor(mean, {n}, DType::f64), eye(n, DType::f64) * tensor(variances, {n}, DType::f64)};
}

TEST_CASE("moments divide by n - 1") {
  const Moments two = moments_of(tensor({0, 5, 2, 1}, {2, 2}));
  CHECK(two.mean.to_vector() == std::vector<double>{1, 3});
  CHECK(two.covariance.to_vector() == std::vector<double>{2, -4, -4, 8});
}

TEST_CASE("it does not change when both are turned, and holds for covariances that are singular") {
  Rng rng(1, "frechet");
  const Tensor x = randn({50, 8}, rng, DType::f64), y = randn({60, 8}, rng, DType::f64) * 2.0;
  const Tensor turn = tensor({0.6, -0.8, 0.8, 0.6}, {2, 2}, DType::f64);
  const auto turned = [&](const Tensor& t) {
    return concat(matmul(slice(t, 1, 0, 2), turn), slice(t, 1, 2, 8), 1);
  };
  const double plain = frechet_distance(moments_of(x), moments_of(y));
  CHECK(frechet_distance(moments_of(turned(x)), moments_of(turned(y))) == approx(plain));
  const Tensor few = x.rows(0, 3).clone();
  CHECK(std::isfinite(frechet_distance(moments_of(few), moments_of(y))));
  CHECK(frechet_distance(moments_of(few), moments_of(few)) < 1e-7);
}

TEST_CASE("the bootstrap's error is that of many draws, and one set against another of its law is near 0") {
  Rng rng(2, "frechet");
  const Moments real = diagonal({0, 0, 0, 0}, {1, 1, 1, 1});
  std::vector<double> values;
  double error = 0;
  for (int i = 0; i < 40; ++i) {
    const Estimate one = frechet_estimate(randn({500, 4}, rng, DType::f64) + 0.3, real, 20, rng);
    values.push_back(one.value);
    error += one.standard_error / 40;
  }
  const Tensor all = tensor(values, {40}, DType::f64);
  const double spread = std::sqrt(var(all).item());
  CHECK(std::abs(mean(all).item() - 4 * 0.09) < 0.05);
  CHECK(error > 0.6 * spread);
  CHECK(error < 1.7 * spread);
}

TEST_CASE("the kernel distance is unbiased: 0 within its error for one law, far from it for two") {
  Rng rng(3, "kid");
  const Tensor x = randn({4000, 6}, rng, DType::f64), y = randn({4000, 6}, rng, DType::f64);
  const Estimate same = kernel_distance(x, y, 200);
  CHECK(std::abs(same.value) < 4 * same.standard_error);  // 20 blocks: below 1e-3
  const Estimate other = kernel_distance(x, y + 0.3, 200);
  CHECK(other.value > 8 * other.standard_error);
}

TEST_CASE("what cannot be compared is refused") {
  const Tensor x = ones({10, 3}, DType::f64);
  check_refused("n at least 2", [&] { moments_of(ones({1, 3})); });
  check_refused("not finite", [&] { moments_of(x / 0.0); });
  check_refused("one classifier", [&] { frechet_distance(moments_of(x), moments_of(ones({4, 2}))); });
  check_refused("fewer than two blocks of 6", [&] { kernel_distance(x, x, 6); });
  check_refused("(n, d) and (m, d)", [&] { kernel_distance(x, ones({10, 2}, DType::f64), 2); });
}

TEST_CASE("the kernel distance is a block's means over pairs of different rows, and their standard error") {
  constexpr int64_t kBlock = 3, kDims = 2;
  const Tensor a = wave({7, kDims}), b = wave({6, kDims}, DType::f64, 1);
  const auto k = [](const Tensor& p, int64_t i, const Tensor& q, int64_t j) {
    double product = 0;
    for (int64_t d = 0; d < kDims; ++d)
      product += p.data<double>()[i * kDims + d] * q.data<double>()[j * kDims + d];
    return std::pow(product / kDims + 1, 3);
  };
  double value[2] = {0, 0};
  for (int64_t block = 0; block < 2; ++block)
    for (int64_t i = block * kBlock; i < (block + 1) * kBlock; ++i) {
      for (int64_t j = block * kBlock; j < (block + 1) * kBlock; ++j) {
        if (i != j) value[block] += (k(a, i, a, j) + k(b, i, b, j)) / (kBlock * (kBlock - 1));
        value[block] -= 2 * k(a, i, b, j) / (kBlock * kBlock);
      }
    }
  const Estimate found = kernel_distance(a, b, kBlock);
  CHECK(found.value == approx((value[0] + value[1]) / 2).epsilon(1e-12));
  // Of two numbers: half their distance.
  CHECK(found.standard_error == approx(std::abs(value[0] - value[1]) / 2).epsilon(1e-12));
}

}  // namespace
}  // namespace gradzoo
