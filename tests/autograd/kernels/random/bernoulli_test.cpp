#include "autograd/kernels/random/bernoulli.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "support/numbers.h"

using namespace gradzoo;

namespace {

template <class T>
struct Units {
  std::vector<T> draws, probabilities;
};

template <class T>
std::vector<T> spread(int64_t n, double low, double high) {
  std::vector<T> out(static_cast<size_t>(n));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<T>(low + (high - low) * static_cast<double>(i * 7919 % out.size()) /
                                      static_cast<double>(out.size()));
  return out;
}

template <class T>
Units<T> units_of(const RandomAddress& at, double scale, const std::vector<T>& x, const std::vector<T>& bias,
                  double factor = 1) {
  Units<T> out{std::vector<T>(x.size()), std::vector<T>(x.size())};
  const auto cols = static_cast<int64_t>(bias.size());
  kernels::bernoulli_sigmoid<T>(at, scale, x.data(), bias.data(),
                                {out.draws.data(), out.probabilities.data(), factor},
                                static_cast<int64_t>(x.size()) / cols, cols);
  return out;
}

template <class T>
void check_against_uniform(int64_t rows, int64_t cols) {
  const RandomAddress at{12345, (uint64_t{7} << 32) + 3, (int64_t{1} << 33) + 5};
  const std::vector<T> x = spread<T>(rows * cols, -9, 9), bias = spread<T>(cols, -2, 2);
  std::vector<T> u(x.size());
  kernels::uniform(at, u.data(), rows, cols);
  const Units<T> found = units_of<T>(at, 0.75, x, bias, -2);
  for (size_t i = 0; i < x.size(); ++i) {
    const long double z = 0.75L * static_cast<long double>(x[i]) +
                          static_cast<long double>(bias[i % static_cast<size_t>(cols)]);
    const long double p = 1 / (1 + std::exp(-z)), slack = sizeof(T) == 4 ? 1e-6L : 1e-14L;
    CHECK(std::abs(static_cast<long double>(found.probabilities[i]) + 2 * p) < 2 * slack);
    if (std::abs(static_cast<long double>(u[i]) - p) > slack)
      CHECK(found.draws[i] == (static_cast<long double>(u[i]) < p ? T{1} : T{0}));
  }
}

}  // namespace

TEST_CASE("A unit is drawn where the uniform number of its address is below sigmoid(scale x + bias)") {
  for (const int64_t cols : {1, 2, 3, 4, 15, 16, 17, 31, 32, 33, 63, 67, 500}) {
    CAPTURE(cols);
    check_against_uniform<float>(5, cols);
    check_against_uniform<double>(5, cols);
  }
}

TEST_CASE("Units of probability 0 and 1 are never and always on, and infinite logits are those") {
  const std::vector<float> x(4096, 0), bias_on(4096, INFINITY), bias_off(4096, -INFINITY), far(4096, 200);
  CHECK(std::ranges::count(units_of<float>({1, 2, 0}, 1, x, bias_on).draws, 1.0F) == 4096);
  CHECK(std::ranges::count(units_of<float>({1, 2, 0}, 1, x, far).draws, 1.0F) == 4096);
  CHECK(std::ranges::count(units_of<float>({1, 2, 0}, 1, x, bias_off).draws, 0.0F) == 4096);
}

TEST_CASE("Draws and probabilities do not depend on each other being asked for, nor on threads") {
  const RandomAddress at{9, 1, 0};
  const std::vector<float> x = spread<float>(37 * 101, -3, 3), bias = spread<float>(101, -1, 1);
  const Units<float> both = units_of<float>(at, 1, x, bias);
  std::vector<float> alone(x.size());
  kernels::bernoulli_sigmoid<float>(at, 1, x.data(), bias.data(), {.draws = alone.data()}, 37, 101);
  CHECK(test::same_bytes(alone, both.draws));
  kernels::bernoulli_sigmoid<float>(at, 1, x.data(), bias.data(), {.probabilities = alone.data()}, 37, 101);
  CHECK(test::same_bytes(alone, both.probabilities));
  CHECK(test::same_at_any_thread_count([&] { return units_of<float>(at, 1, x, bias).draws; }));
  CHECK(test::same_at_any_thread_count([&] { return units_of<float>(at, 1, x, bias).probabilities; }));
}

TEST_CASE("A unit of a small probability takes all 32 digits of its place's word") {
  constexpr int64_t kRows = 100, kCols = 1001;
  const RandomAddress at{5, 3, 0};
  std::vector<uint32_t> words(kRows * kCols);
  kernels::random_bits(at, words.data(), kRows, kCols);
  std::vector<float> x(words.size());
  for (size_t i = 0; i < x.size(); ++i) {  // p near the word
    const double u = words[i] * 0x1p-32;
    x[i] = static_cast<float>(std::log(u) - std::log1p(-u));
  }
  const Units<float> found = units_of<float>(at, 1, x, std::vector<float>(kCols, 0));
  for (size_t i = 0; i < x.size(); ++i)
    REQUIRE((found.draws[i] == 1) == (words[i] * 0x1p-32 < static_cast<double>(found.probabilities[i])));
}
