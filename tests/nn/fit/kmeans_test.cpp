#include "nn/fit/kmeans.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/numbers.h"

using namespace gradzoo;

namespace {

// Forty rows around each of five points far from each other, and from 0.
Tensor five_groups(Rng& rng) {
  const Tensor points = tensor({1e4, 0, 1e4, 50, 1e4 + 50, 0, 1e4 + 50, 50, 1e4 + 25, 25}, {5, 2});
  return cast(tile_rows(points, 40), DType::f64) + randn({200, 2}, rng, DType::f64);
}

// The label and distance of each row's nearest centre, by a loop.
double naive_distortion(const Tensor& x, const Tensor& centres, std::vector<int64_t>& labels) {
  double total = 0;
  for (int64_t i = 0; i < x.dim(0); ++i) {
    double best = INFINITY;
    int64_t label = 0;
    for (int64_t k = 0; k < centres.dim(0); ++k) {
      double distance = 0;
      for (int64_t j = 0; j < x.dim(1); ++j)
        distance +=
            std::pow(x.data<double>()[i * x.dim(1) + j] - centres.data<double>()[k * x.dim(1) + j], 2);
      if (distance < best) best = distance, label = k;
    }
    labels.push_back(label);
    total += best;
  }
  return total / static_cast<double>(x.dim(0));
}

}  // namespace

TEST_CASE("k-means finds groups that lie apart, and each row is with its nearest centre") {
  Rng rng(1, "test/kmeans");
  const Tensor x = five_groups(rng);
  const Clustering found = kmeans(x, 5, rng);
  std::vector<int64_t> labels;
  CHECK(found.distortion == approx(naive_distortion(x, found.centres, labels)).epsilon(1e-6));
  CHECK(std::equal(labels.begin(), labels.end(), found.labels.data<int64_t>()));
  CHECK(found.distortion < 2.5);  // two axes of variance 1
  for (int64_t i = 5; i < 200; ++i)
    CHECK(found.labels.data<int64_t>()[i] == labels[static_cast<size_t>(i % 5)]);
  CHECK(std::set<int64_t>(labels.begin(), labels.end()).size() == 5);
  // A centre is the mean of its rows.
  for (int64_t k = 0; k < 5; ++k) {
    double sum = 0, count = 0;
    for (int64_t i = 0; i < 200; ++i)
      if (labels[static_cast<size_t>(i)] == k) sum += x.data<double>()[2 * i], ++count;
    CHECK(found.centres.data<double>()[2 * k] == approx(sum / count).epsilon(1e-12));
  }
}

TEST_CASE("groups are found beside others that are far away") {
  // Groups 2^10 apart around -2^40 and 2^40, where squares are known to 2^28.
  Rng rng(3, "test/kmeans");
  const double far = 0x1p40;
  const Tensor points = tensor({-far, -far + 1024, far, far + 1024}, {4, 1}, DType::f64);
  const Tensor x = tile_rows(points, 25) + randn({100, 1}, rng, DType::f64);
  const Tensor nearest = nearest_centre(x, points);
  for (int64_t i = 0; i < 100; ++i) CHECK(nearest.data<int64_t>()[i] == i % 4);
  const Tensor moved = nearest_centre(cast(x - far, DType::f64), points - far);
  CHECK(moved.to_vector() == nearest.to_vector());
}

TEST_CASE("first centres are drawn far from each other") {
  // By random rows a group is missed in most of the draws; by k-means++ in hardly any. Without rounds the
  // labels are those of the first centres. 60 draws; P(a group is missed) is below .01 each.
  Rng rng(2, "test/kmeans");
  const Tensor x = five_groups(rng);
  int64_t complete = 0;
  for (int64_t trial = 0; trial < 60; ++trial) {
    const Clustering first = kmeans(x, 5, rng, 0);
    const int64_t* labels = first.labels.data<int64_t>();
    complete += std::set<int64_t>(labels, labels + 5).size() == 5;
  }
  CHECK(complete >= 56);
}

TEST_CASE("the second centre is a row by its squared distance from the first") {
  // From 0 the others lie at 1, 2 and 3 of ten: 100, 400 and 900 of 1400.
  const Tensor x = cast(tensor({0, 10, 20, 30}, {4, 1}), DType::f64);
  constexpr int kDraws = 4000;
  std::array<double, 4> second{};
  double first = 0;
  Rng rng(11, "kmeans_test");
  for (int i = 0; i < kDraws; ++i) {
    const Tensor centres = kmeans(x, 2, rng, 0).centres;
    if (centres.data<double>()[0] > 1e-9) continue;
    ++first;
    ++second[static_cast<size_t>(std::lround(centres.data<double>()[1] / 10))];
  }
  // Each count is within five of its standard deviations but for 1 in a million.
  CHECK(std::abs(first - kDraws / 4.0) < 5 * std::sqrt(kDraws * 3 / 16.0));
  CHECK(second[0] == 0);
  for (size_t k = 1; k < 4; ++k) {
    const double p = static_cast<double>(k * k) / 14;
    CHECK(std::abs(second[k] - first * p) < 5 * std::sqrt(first * p * (1 - p)));
  }
}

TEST_CASE("k-means with fewer distinct rows than clusters, or one row") {
  Rng rng(3, "test/kmeans");
  const Clustering same = kmeans(ones({7, 3}), 4, rng);
  CHECK(same.distortion == 0);
  CHECK(same.centres.shape() == Shape{4, 3});
  for (int64_t i = 0; i < 7; ++i) CHECK(same.labels.data<int64_t>()[i] == 0);
  const Clustering one = kmeans(tensor({3.0, 4.0}, {1, 2}), 2, rng);
  CHECK(one.centres.data<double>()[1] == 4);
}

TEST_CASE("k-means is the same at any number of threads") {
  CHECK(test::same_at_any_thread_count([] {
    Rng rng(4, "test/kmeans");
    return kmeans(randn({5000, 6}, rng), 12, rng).centres.to_vector();
  }));
}

TEST_CASE("what k-means refuses") {
  Rng rng(5, "test/kmeans");
  test::check_refused("n above 0", [&] { kmeans(zeros({0, 2}), 3, rng); });
  test::check_refused("one cluster", [&] { kmeans(zeros({4, 2}), 0, rng); });
  test::check_refused("not all finite", [&] { kmeans(full({4, 2}, NAN), 2, rng); });
}
