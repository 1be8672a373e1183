#include <limits>
#include <numeric>

#include <doctest/doctest.h>

#include "autograd/kernels/move/move.h"
#include "support/numbers.h"

using namespace gradzoo;

namespace {

struct Case {
  std::vector<int64_t> dims, strides;
  int64_t start;  // offset of element (0, ..., 0)
  int64_t size;   // of the strided side
};

const Case kCases[] = {
    {{}, {}, 0, 1},
    {{7}, {1}, 0, 7},
    {{7}, {-1}, 6, 7},  // flip
    {{7}, {3}, 0, 21},
    {{3, 0, 2}, {1, 1, 1}, 0, 1},
    {{5, 7}, {7, 1}, 0, 35},
    {{7, 5}, {1, 7}, 0, 35},                          // transpose
    {{7, 5}, {1, -7}, 28, 35},                        // of a flip
    {{100, 333}, {1, 100}, 0, 33300},                 // transpose, in tiles
    {{4, 65, 33}, {65 * 33, 1, 65}, 0, 4 * 65 * 33},  // batched transpose
    {{4, 3, 5}, {5, 20, 1}, 0, 60},                   // first two axes exchanged
    {{4, 3, 5}, {40, 10, 2}, 1, 160},
    {{2, 3, 2, 3, 2, 3}, {108, 36, 18, 6, -3, 1}, 3, 216},
    {{300, 200}, {400, 2}, 0, 120000},
};

const Case kRepeating[] = {{{5, 7}, {0, 1}, 0, 7},
                           {{5, 7}, {1, 0}, 0, 5},
                           {{3, 4, 5}, {5, 0, 1}, 0, 15},
                           {{9}, {0}, 0, 1},
                           {{40, 50}, {1, 3}, 0, 187}};  // rows that overlap

int64_t count_of(const Case& c) {
  return std::accumulate(c.dims.begin(), c.dims.end(), int64_t{1}, std::multiplies<>());
}

int64_t offset_of(const Case& c, int64_t flat) {
  int64_t at = c.start;
  for (size_t k = c.dims.size(); k-- > 0;) {
    at += flat % c.dims[k] * c.strides[k];
    flat /= c.dims[k];
  }
  return at;
}

template <class T>
std::vector<T> copy(const Case& c, const std::vector<T>& x) {
  std::vector<T> y(static_cast<size_t>(count_of(c)));
  kernels::strided_copy(x.data() + c.start, y.data(), static_cast<int>(c.dims.size()), c.dims.data(),
                        c.strides.data());
  return y;
}

template <class T>
void check_copy(const Case& c) {
  const auto x = test::uniform_values<T>(c.size, 0, 200, 1);
  const std::vector<T> y = copy(c, x);
  for (int64_t i = 0; i < count_of(c); ++i)
    CHECK(y[static_cast<size_t>(i)] == x[static_cast<size_t>(offset_of(c, i))]);
}

}  // namespace

TEST_CASE_TEMPLATE("strided copies read what the strides say", T, float, double, int64_t, uint8_t) {
  for (const Case& c : kCases) check_copy<T>(c);
  for (const Case& c : kRepeating) check_copy<T>(c);
}

TEST_CASE_TEMPLATE("strided stores write what the strides say and nothing else", T, float, double, int64_t,
                   uint8_t) {
  for (const Case& c : kCases) {
    const auto x = test::uniform_values<T>(count_of(c), 0, 100, 2);
    std::vector<T> y(static_cast<size_t>(c.size), T{200});
    std::vector<T> expected = y;
    kernels::strided_store(x.data(), y.data() + c.start, static_cast<int>(c.dims.size()), c.dims.data(),
                           c.strides.data());
    for (int64_t i = 0; i < count_of(c); ++i)
      expected[static_cast<size_t>(offset_of(c, i))] = x[static_cast<size_t>(i)];
    CHECK(y == expected);
  }
}

TEST_CASE_TEMPLATE("a transpose keeps every value as it is", T, float, double) {
  const Case transpose = {{40, 48}, {1, 40}, 0, 1920};
  std::vector<T> x(1920);
  const T special[] = {test::kInfinity<T>,
                       -test::kInfinity<T>,
                       test::kNotANumber<T>,
                       -T{0},
                       std::numeric_limits<T>::denorm_min(),
                       std::numeric_limits<T>::max()};
  for (size_t i = 0; i < x.size(); ++i) x[i] = special[i % 6];
  const std::vector<T> y = copy(transpose, x);
  for (int64_t i = 0; i < 1920; ++i) {
    const T from = x[static_cast<size_t>(offset_of(transpose, i))];
    CHECK(test::same_bytes(std::vector<T>{y[static_cast<size_t>(i)]}, std::vector<T>{from}));
  }
}

TEST_CASE("strided copies have the same bytes at any thread count") {
  for (const Case& c : kCases) {
    const auto x = test::uniform_values<float>(c.size, 0, 1, 3);
    CHECK(test::same_at_any_thread_count([&] { return copy(c, x); }));
  }
}
