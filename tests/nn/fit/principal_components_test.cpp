#include "nn/fit/principal_components.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/numbers.h"
#include "support/short_names.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("principal components of rows whose covariance is known") {
  // z A + 1e3 with an orthogonal A times 5, 3, 2, 1 (twice), .1: A's rows are the directions.
  Rng rng(1, "test/pca");
  const Tensor a = cholesky(eye(6, DType::f64));  // the axes, turned below
  Tensor turn = a;
  for (int i = 0; i < 5; ++i) {  // Givens rotations by .7
    Tensor g = eye(6, DType::f64);
    double* m = g.mutable_data<double>();
    m[7 * i] = m[7 * i + 7] = std::cos(0.7);
    m[7 * i + 1] = -std::sin(0.7);
    m[7 * i + 6] = std::sin(0.7);
    turn = matmul(turn, g);
  }
  // Rows with exactly this covariance: each axis up and down, scaled.
  const double scales[] = {5, 3, 2, 1, 1, 0.1};
  Tensor rows = zeros({12, 6}, DType::f64);
  for (int64_t i = 0; i < 6; ++i) {
    rows.mutable_data<double>()[12 * i + i] = scales[i];
    rows.mutable_data<double>()[12 * i + 6 + i] = -scales[i];
  }
  const Tensor x = matmul(rows, turn) + 1e3;
  const PrincipalComponents found = principal_components(x, 3, rng);
  CHECK(largest_difference(found.mean, full({6}, 1e3, DType::f64)) < 1e-9);
  const double variances[] = {25.0 / 6, 9.0 / 6, 4.0 / 6};
  for (int64_t i = 0; i < 3; ++i) {
    CHECK(found.variances.data<double>()[i] == approx(variances[i]).epsilon(1e-9));
    const double along = std::abs(
        dot(reshape(found.directions.rows(i, i + 1), {6}), reshape(turn.rows(i, i + 1), {6})).item());
    CHECK(along == approx(1).epsilon(1e-9));
  }
  CHECK(largest_difference(matmul(found.directions, found.directions, false, true), eye(3, DType::f64)) <
        1e-12);
  const Tensor projected = found.project(x);
  CHECK(largest_difference(matmul(projected, projected, true, false) / 12.0, diag(found.variances)) < 1e-8);
}

TEST_CASE("each variance is that of its direction, the largest first, however near or far apart they are") {
  Rng rng(4, "test/pca");
  for (const Doubles& scales : {Doubles{1, 1.001, 0.999, 1.002, 0.998}, Doubles{1, 1e-2, 1e-4, 1e-5, 1e-6}}) {
    const Tensor x = randn({400, 5}, rng, DType::f64) * tensor(scales, {5}, DType::f64);
    const PrincipalComponents found = principal_components(x, 5, rng);
    const Tensor projected = found.project(x);
    const Doubles of_directions = mean(square(projected), 0).to_vector(),
                  variances = found.variances.to_vector();
    CHECK(std::ranges::is_sorted(variances, std::greater<>()));
    for (size_t i = 0; i < variances.size(); ++i)
      CHECK(of_directions[i] == approx(variances[i]).epsilon(1e-9));
    CHECK(largest_difference(matmul(found.directions, found.directions, false, true), eye(5, DType::f64)) <
          1e-13);
  }
}

TEST_CASE("flat rows, one row, all directions; bytes by threads; what is refused") {
  Rng rng(2, "test/pca");
  const PrincipalComponents flat = principal_components(ones({5, 4}), 2, rng);
  CHECK(max(abs(flat.variances)).item() < 1e-9);
  CHECK(largest_difference(matmul(flat.directions, flat.directions, false, true), eye(2, DType::f64)) < 1e-9);
  CHECK(all_finite(principal_components(ones({1, 4}), 4, rng).directions));
  const Tensor x = randn({50, 4}, rng, DType::f64);
  CHECK(sum(principal_components(x, 4, rng).variances).item() ==
        approx(sum(var(x, {0}, false, 0)).item()).epsilon(1e-9));
  CHECK(same_at_any_thread_count([] {
    Rng own(3, "test/pca");
    return principal_components(randn({2000, 30}, own), 5, own).directions.to_vector();
  }));
  check_refused("1 to d", [&] { principal_components(x, 5, rng); });
  check_refused("finite", [&] { principal_components(full({3, 2}, NAN), 1, rng); });
}
