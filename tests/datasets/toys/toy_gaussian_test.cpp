#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/toys/toy.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("a Gaussian of any mean and covariance has its moments and its density") {
  const Tensor mean = tensor({1, -2, 3}, {3}, DType::f64);
  const Tensor covariance = tensor({4, 1, 0.5, 1, 2, -0.3, 0.5, -0.3, 1}, {3, 3}, DType::f64);
  const auto toy = make_gaussian(mean, covariance);
  // At the mean: -d/2 log 2 pi - log det / 2; the determinant by cofactors.
  const double determinant = 4 * (2 - 0.09) - 1 * (1 + 0.15) + 0.5 * (-0.3 - 1);
  CHECK(std::abs(toy->log_prob(reshape(mean, {1, 3})).item() + 1.5 * std::log(2 * M_PI) +
                 std::log(determinant) / 2) < 1e-12);
  // grad log p = -C^-1 (x - mean), so C score = mean - x.
  Rng rng(2, "toys");
  const Tensor x = toy->sample(100'000, rng, DType::f64);
  const Tensor back = matmul(toy->score(x.rows(0, 20)), covariance) + x.rows(0, 20);
  for (int64_t i = 0; i < 60; ++i)
    CHECK(std::abs(back.data<double>()[i] - mean.data<double>()[i % 3]) < 1e-10);
  const Tensor centred = x - mean;
  const std::vector<double> second = (matmul(centred, centred, true) / 1e5).to_vector();
  for (size_t i = 0; i < 9; ++i) {
    const std::vector<double> c = covariance.to_vector();
    const double se = std::sqrt((c[i] * c[i] + c[i / 3 * 4] * c[i % 3 * 4]) / 1e5);
    CHECK(std::abs(second[i] - c[i]) < 5 * se);  // false alarm below 6e-7 each
  }
  const Tensor flat = tensor({1, 1, 1, 1}, {2, 2}, DType::f64);
  CHECK(contains(error_message([&] { make_gaussian(zeros({2}), flat); }), "positive definite"));
  CHECK(contains(error_message([&] { make_gaussian(zeros({3}), flat); }), "Hint: use (d) and (d,d)"));
}
