#include "gradzoo/models/networks/noise_path.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/tensor.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

const NoisePath kPaths[] = {straight_path(), cosine_path(), geometric_path(20, 0.01)};

TEST_CASE("slopes are those of the factors, by finite differences") {
  constexpr double kStep = 1e-5;
  for (const NoisePath& path : kPaths)
    for (const double t : {0.1, 0.5, 0.9}) {
      const Mixing before = path(t - kStep), at = path(t), after = path(t + kStep);
      CHECK(at.data_slope == approx((after.data - before.data) / (2 * kStep)).epsilon(1e-6));
      CHECK(at.noise_slope == approx((after.noise - before.noise) / (2 * kStep)).epsilon(1e-6));
    }
}

TEST_CASE("paths lead from noise to data, and noise over data falls all the way") {
  for (const NoisePath& path : kPaths) {
    CHECK(path(0).noise >= 20 * path(0).data);
    CHECK(path(1).noise <= 0.01 * path(1).data);
    double before = INFINITY;
    for (int i = 1; i <= 100; ++i) {
      const Mixing at = path(i / 100.0);
      CHECK(at.noise / at.data < before);
      before = at.noise / at.data;
    }
  }
  const Mixing cosine = cosine_path()(0.3);
  CHECK(cosine.data * cosine.data + cosine.noise * cosine.noise == approx(1));
  const NoisePath levels = geometric_path(20, 0.01);
  CHECK(levels(0).noise == approx(20));
  CHECK(levels(1).noise == approx(0.01));
  CHECK(levels(0.5).noise == approx(std::sqrt(20 * 0.01)));
}

TEST_CASE("points of a batch lie on their path at their own times, and their velocity is the slope") {
  const Tensor noise = test::wave({3, 4}), data = test::wave({3, 4}, DType::f64, 1);
  const std::vector<double> a = noise.to_vector(), b = data.to_vector();
  const double times[] = {0.1, 0.5, 0.9};
  for (const NoisePath& path : kPaths) {
    const PathPoints points = points_on(path, noise, data, tensor({0.1, 0.5, 0.9}, {3}, DType::f64));
    const std::vector<double> x = points.x.to_vector(), v = points.velocity.to_vector();
    for (size_t i = 0; i < x.size(); ++i) {
      const Mixing at = path(times[i / 4]);
      CHECK(x[i] == approx(at.data * b[i] + at.noise * a[i]));
      CHECK(v[i] == approx(at.data_slope * b[i] + at.noise_slope * a[i]));
    }
  }
}

TEST_CASE("there is no time before noise and after data") {
  for (const NoisePath& path : kPaths) {
    for (const double t : {-0.1, 1.1, std::nan("")})
      test::check_refused("from 0 (noise) to 1 (data)", [&] { path(t); });
  }
}

TEST_CASE("noise levels that do not fall are refused") {
  const auto message = [](double first, double last) {
    return test::error_message([&] { geometric_path(first, last); });
  };
  for (const auto& [first, last] : {std::pair{1.0, 1.0}, {1.0, 0.0}, {1.0, 2.0}, {INFINITY, 1.0}, {NAN, 1.0}})
    CHECK(test::contains(message(first, last), "Hint: use levels above 0 with the first the largest"));
}

}  // namespace
}  // namespace gradzoo
