#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "datasets/images/idx_files.h"
#include "datasets/images/read_pixels.h"
#include "support/approx.h"
#include "support/numbers.h"

namespace gradzoo {
namespace {

const Pixels kAll[] = {Pixels::grey, Pixels::dynamic_binary, Pixels::fixed_binary, Pixels::dequantised};

// One image whose line x holds `width` pixels of the value x.
Examples levels(int64_t width) {
  Tensor images = empty({1, 256, width}, DType::u8);
  uint8_t* pixel = images.mutable_data<uint8_t>();
  for (int64_t i = 0; i < images.size(); ++i) pixel[i] = static_cast<uint8_t>(i / width);
  return {images, zeros({1}, DType::u8), zeros({1}, DType::i64), 0};
}

// `count` images of 28x28 pixels, all of one value.
Examples flat(int64_t count, double value) {
  return {full({count, 28, 28}, value, DType::u8), zeros({count}, DType::u8), arange(count, DType::i64), 0};
}

Tensor read(const Examples& data, Pixels pixels, uint64_t draw, DType dtype = DType::f32) {
  Rng rng(42);
  rng.set_draw(draw);
  return read_pixels(data, data.rows, pixels, rng, dtype);
}

double share_of_equal(const Tensor& a, const Tensor& b) {
  const auto x = a.to_vector(), y = b.to_vector();
  double equal = 0;
  for (size_t i = 0; i < x.size(); ++i) equal += x[i] == y[i] ? 1 : 0;
  return equal / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("grey is x/255, from 0 to exactly 1") {
  for (DType dtype : {DType::f32, DType::f64}) {
    const auto x = read(levels(1), Pixels::grey, 0, dtype).to_vector();
    REQUIRE(x.size() == 256);
    CHECK(x.front() == 0);
    CHECK(x.back() == 1);
    for (size_t i = 0; i < 256; ++i)
      CHECK(std::abs(x[i] - static_cast<double>(i) / 255) <= (dtype == DType::f32 ? 1.2e-7 : 2.3e-16));
  }
}

TEST_CASE("binary pixels are 1 with probability x/255") {
  // 10,000 draws at each of 254 levels; each count within 5.5 standard deviations: false alarm below 1e-4.
  constexpr int64_t kDraws = 10'000;
  for (Pixels pixels : {Pixels::dynamic_binary, Pixels::fixed_binary}) {
    const auto x = read(levels(kDraws), pixels, 0).to_vector();
    for (int64_t level = 0; level < 256; ++level) {
      double ones = 0, others = 0;
      for (int64_t i = 0; i < kDraws; ++i) {
        const double value = x[static_cast<size_t>(level * kDraws + i)];
        others += value == 0 || value == 1 ? 0 : 1;
        ones += value;
      }
      CHECK(others == 0);
      const double p = static_cast<double>(level) / 255;
      CHECK(std::abs(ones - kDraws * p) <= 5.5 * std::sqrt(kDraws * p * (1 - p)));  // exact at 0 and 255
    }
  }
}

TEST_CASE("dynamic binary pixels are drawn anew at each draw and each row, and only there") {
  const Examples data = flat(100, 128);  // 78,400 pixels with p = 0.502
  const Tensor first = read(data, Pixels::dynamic_binary, 0);
  CHECK(share_of_equal(first, read(data, Pixels::dynamic_binary, 0)) == 1);
  // Two independent draws agree half the time, within 5 standard errors of 0.0018: false alarm 6e-7.
  CHECK(std::abs(share_of_equal(first, read(data, Pixels::dynamic_binary, 1)) - 0.5) < 0.009);
  CHECK(std::abs(share_of_equal(first.rows(0, 50), first.rows(50, 100)) - 0.5) < 0.0127);
}

TEST_CASE("fixed binary pixels belong to the image, whatever the batch, the draw and the dtype") {
  const Examples data = flat(100, 128);
  const Tensor all = read(data, Pixels::fixed_binary, 0);
  CHECK(share_of_equal(all, read(data, Pixels::fixed_binary, 5)) == 1);
  CHECK(share_of_equal(all, read(data, Pixels::fixed_binary, 0, DType::f64)) == 1);
  const Tensor rows = tensor({70, 3, 70}, {3}, DType::i64);
  Rng other(7);
  const Tensor some = read_pixels(data, rows, Pixels::fixed_binary, other, DType::f32, 11);
  CHECK(share_of_equal(some.rows(0, 1), all.rows(70, 71)) == 1);
  CHECK(share_of_equal(some.rows(1, 2), all.rows(3, 4)) == 1);
  CHECK(share_of_equal(some.rows(2, 3), all.rows(70, 71)) == 1);
  // Other images, and test images in the same rows, have draws of their own.
  CHECK(share_of_equal(all.rows(0, 1), all.rows(1, 2)) < 0.7);
  Examples later = data;
  later.first_index = 60;
  CHECK(share_of_equal(read(later, Pixels::fixed_binary, 0).rows(0, 40), all.rows(60, 100)) == 1);
}

TEST_CASE("dequantised pixels fill their bin of width 1/256 evenly and stay below 1") {
  const Examples data = levels(400);  // 102,400 values
  auto u = read(data, Pixels::dequantised, 0, DType::f64).to_vector();
  int outside = 0;
  for (size_t i = 0; i < u.size(); ++i) {
    u[i] = 256 * u[i] - static_cast<double>(i / 400);
    outside += u[i] >= 0 && u[i] < 1 ? 0 : 1;
  }
  CHECK(outside == 0);
  std::sort(u.begin(), u.end());
  double distance = 0;  // Kolmogorov-Smirnov; sqrt(n) D above 2.5 has probability 7e-6
  const auto n = static_cast<double>(u.size());
  for (size_t i = 0; i < u.size(); ++i)
    distance = std::max({distance, u[i] - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - u[i]});
  CHECK(std::sqrt(n) * distance < 2.5);
  // Of 7.84 million f32 values at 255 about 60 would round to 1.
  const auto white = read(flat(10'000, 255), Pixels::dequantised, 0);
  const float* values = white.data<float>();
  CHECK(*std::max_element(values, values + white.size()) < 1.0f);
  CHECK(share_of_equal(read(data, Pixels::dequantised, 0), read(data, Pixels::dequantised, 1)) < 0.01);
}

TEST_CASE("pixels don't depend on the number of threads") {
  const Examples data = flat(300, 77);
  for (const Pixels pixels : kAll)
    CHECK(test::same_at_any_thread_count([&] { return read(data, pixels, 3).to_vector(); }));
}

TEST_CASE("rows that aren't there and dtypes that aren't values are refused") {
  const Examples data = flat(3, 1);
  const Tensor beyond = tensor({0, 3}, {2}, DType::i64);
  Rng rng(1);
  CHECK_THROWS_AS(read_pixels(data, beyond, Pixels::grey, rng), Error);
  CHECK_THROWS_AS(read_pixels(data, data.rows, Pixels::grey, rng, DType::u8), Error);
  CHECK_THROWS_AS(read_pixels(data, data.rows, Pixels::fixed_binary, rng, DType::i64), Error);
}

Examples all_of(const Tensor& images) {
  return {images, zeros({images.dim(0)}, DType::u8), arange(images.dim(0), DType::i64)};
}

TEST_CASE("the entropy floor of grey pixels is the Bernoulli entropy summed over an image") {
  CHECK(grey_entropy_floor(all_of(full({4, 2, 2}, 0, DType::u8))) == 0);
  CHECK(grey_entropy_floor(all_of(full({4, 2, 2}, 255, DType::u8))) == 0);
  const double p = 51.0 / 255;
  CHECK(grey_entropy_floor(all_of(full({4, 2, 3}, 51, DType::u8))) ==
        approx(-6 * (p * std::log(p) + (1 - p) * std::log(1 - p))).epsilon(1e-12));
}

TEST_CASE("the entropy floor of MNIST's test set is 45.53 nats/image") {
  CHECK(std::abs(grey_entropy_floor(load_images("mnist").split(Split::test)) - 45.53) <= 0.005);
}

}  // namespace gradzoo
