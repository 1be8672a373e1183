#include "autograd/kernels/move/move.h"

#include <doctest/doctest.h>

#include "autograd/kernels/threads/parallel.h"
#include "support/numbers.h"

using namespace gradzoo;

namespace {

struct View {
  int64_t outer, n, m, inner;
};

constexpr View kViews[] = {{1, 5, 9, 1},      {3, 4, 7, 5},     {2, 3, 0, 4},
                           {1, 10, 300, 130}, {50, 20, 30, 40}, {2, 3, 4, 0}};

size_t flat(int64_t outer, int64_t rows, int64_t row, int64_t inner, int64_t column) {
  return static_cast<size_t>((outer * rows + row) * inner + column);
}

/// Sums in their order, and in double of more than 64.
template <class T>
class Expected {
 public:
  explicit Expected(const std::vector<T>& begin) : few_(begin), many_(begin.begin(), begin.end()) {}
  void add(size_t at, T x) {
    few_[at] += x;
    many_[at] += static_cast<double>(x);
  }
  std::vector<T> sums(int64_t count) const {
    if (count <= 64) return few_;
    std::vector<T> out;
    for (const double sum : many_) out.push_back(static_cast<T>(sum));
    return out;
  }

 private:
  std::vector<T> few_;
  std::vector<double> many_;
};

}  // namespace

TEST_CASE_TEMPLATE("places and rows are read, and added to, where their indices say", T, float, double) {
  for (const View& v : kViews)
    for (const bool rows : {false, true}) {  // an index for each row, or one for each place
      const int64_t places = v.outer * v.m * v.inner;
      const auto x = test::uniform_values<T>(v.outer * v.n * v.inner, -1, 1, 1);
      const auto src = test::uniform_values<T>(places, -1, 1, 2);
      const auto index = test::uniform_values<int64_t>(rows ? v.m : places, 0, static_cast<double>(v.n), 3);
      std::vector<T> y(src.size()), sums = x;
      Expected<T> expected(x);
      const auto read = rows ? kernels::index_select<T> : kernels::gather<T>;
      const auto add = rows ? kernels::index_add<T> : kernels::scatter_add<T>;
      read(x.data(), index.data(), y.data(), v.outer, v.n, v.m, v.inner);
      add(src.data(), index.data(), sums.data(), v.outer, v.n, v.m, v.inner);
      for (int64_t o = 0; o < v.outer; ++o)
        for (int64_t j = 0; j < v.m; ++j) {
          for (int64_t i = 0; i < v.inner; ++i) {
            const size_t at = flat(o, v.m, j, v.inner, i);
            const size_t there = flat(o, v.n, index[rows ? static_cast<size_t>(j) : at], v.inner, i);
            CHECK(y[at] == x[there]);
            expected.add(there, src[at]);
          }
        }
      CHECK(sums == expected.sums(v.m));
    }
}
TEST_CASE("sums by index have the same bytes at any thread count") {
  const View v{3, 7, 500, 200};
  const auto src = test::uniform_values<float>(v.outer * v.m * v.inner, -1, 1, 2);
  const auto index = test::uniform_values<int64_t>(v.outer * v.m * v.inner, 0, 7, 3);
  const auto size = static_cast<size_t>(v.outer * v.n * v.inner);
  for (const auto add : {kernels::scatter_add<float>, kernels::index_add<float>})
    CHECK(test::same_at_any_thread_count([&] {
      std::vector<float> y(size, 0.0F);
      add(src.data(), index.data(), y.data(), v.outer, v.n, v.m, v.inner);
      return y;
    }));
}

TEST_CASE("copy_bytes copies every byte and no more, at any thread count") {
  for (const int threads : {1, 3}) {
    kernels::set_threads(threads);
    for (const size_t size : {size_t{0}, size_t{1}, size_t{63}, size_t{1000}, size_t{1'000'003}}) {
      std::vector<uint8_t> from(size), to(size + 1, 7);
      for (size_t i = 0; i < size; ++i) from[i] = static_cast<uint8_t>(i * 31 + i / 251);
      kernels::copy_bytes(from.data(), to.data(), static_cast<int64_t>(size));
      CHECK(std::equal(from.begin(), from.end(), to.begin()));
      CHECK(to[size] == 7);
    }
  }
  kernels::set_threads(2);
}

TEST_CASE("indices_valid accepts [0, n) and nothing else") {
  std::vector<int64_t> index(50000, 4);
  const auto count = static_cast<int64_t>(index.size());
  CHECK(kernels::indices_valid(index.data(), count, 5));
  CHECK_FALSE(kernels::indices_valid(index.data(), count, 4));
  index[49999] = -1;
  CHECK_FALSE(kernels::indices_valid(index.data(), count, 5));
  CHECK(kernels::indices_valid(index.data(), 0, 0));
}
