#include "autograd/kernels/gemm/gemm.h"

#include <utility>

#include <doctest/doctest.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/gemm/gemm_tiling.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/numbers.h"

using namespace gradzoo;

namespace {

struct Shape {
  int64_t m, n, k;
};

/// Small ones, vectors, empty sides, ones that are cut along M, N or both, with columns left beside blocks of
/// 16, tall ones that are cut along K, with and without a rest, one whose B, transposed, is turned round
/// first, one whose last columns are turned in several blocks, one with a tile of a single row, and few rows
/// by a wide B with K in two blocks.
constexpr Shape kShapes[] = {{1, 1, 1},      {2, 3, 4},       {17, 5, 33},    {1, 40, 300},   {40, 1, 300},
                             {1, 1, 1000},   {0, 3, 4},       {3, 0, 4},      {3, 4, 0},      {100, 70, 50},
                             {130, 200, 90}, {5, 700, 400},   {700, 6, 300},  {30, 20, 9000}, {1, 3000, 500},
                             {150, 52, 700}, {160, 130, 260}, {64, 48, 5000}, {2100, 40, 64}, {100, 33, 400},
                             {100, 300, 90}, {30, 20, 9001},  {64, 48, 5003}, {20, 20, 1500}, {97, 200, 90},
                             {9, 1024, 600}};

template <class T>
struct Operands {
  std::vector<T> a, b, c, bias;
};

template <class T>
Operands<T> operands(const Shape& s) {
  return {test::uniform_values<T>(s.m * s.k, -1, 1, 1), test::uniform_values<T>(s.k * s.n, -1, 1, 2),
          test::uniform_values<T>(s.m * s.n, -1, 1, 3), test::uniform_values<T>(s.n, -1, 1, 4)};
}

/// op(A) op(B) at (i, j).
template <class T>
double dot(const Shape& s, bool ta, bool tb, const T* a, const T* b, int64_t i, int64_t j) {
  double total = 0;
  for (int64_t p = 0; p < s.k; ++p)
    total += static_cast<double>(ta ? a[p * s.m + i] : a[i * s.k + p]) *
             static_cast<double>(tb ? b[j * s.k + p] : b[p * s.n + j]);
  return total;
}

template <class T>
double tolerance(const Shape& s) {
  return 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(s.k + 4);
}

}  // namespace

TEST_CASE_TEMPLATE("products equal the naive triple loop for every flag, beta and bias", T, float, double) {
  for (const Shape& s : kShapes) {
    const Operands<T> given = operands<T>(s);
    for (int flags = 0; flags < 4; ++flags) {
      const bool ta = (flags & 1) != 0;
      const bool tb = (flags & 2) != 0;
      std::vector<double> products;
      for (int64_t i = 0; i < s.m; ++i)
        for (int64_t j = 0; j < s.n; ++j)
          products.push_back(dot(s, ta, tb, given.a.data(), given.b.data(), i, j));
      for (const double beta : {0.0, 1.0, -0.5})
        for (const bool biased : {false, true}) {
          if (biased && beta != 0) continue;
          std::vector<T> c = given.c;
          kernels::gemm(ta, tb, s.m, s.n, s.k, given.a.data(), given.b.data(), static_cast<T>(beta), c.data(),
                        biased ? given.bias.data() : nullptr);
          double error = 0;
          for (size_t at = 0; at < c.size(); ++at) {
            const double start = biased ? static_cast<double>(given.bias[at % static_cast<size_t>(s.n)])
                                        : beta * static_cast<double>(given.c[at]);
            error = std::max(error, std::fabs(static_cast<double>(c[at]) - start - products[at]));
          }
          CAPTURE(s.m);
          CAPTURE(s.n);
          CAPTURE(s.k);
          CHECK(error <= tolerance<T>(s));
        }
    }
  }
}

TEST_CASE_TEMPLATE("with beta 0 what C held, NaN included, does not matter", T, float, double) {
  for (const Shape& s : kShapes) {
    const Operands<T> given = operands<T>(s);
    std::vector<T> c(given.c.size(), test::kNotANumber<T>);
    kernels::gemm(false, false, s.m, s.n, s.k, given.a.data(), given.b.data(), T{0}, c.data());
    for (const T v : c) CHECK_FALSE(std::isnan(v));
  }
}

TEST_CASE_TEMPLATE("batched products equal single ones, with a shared operand too", T, float, double) {
  for (const Shape& s : {Shape{7, 5, 3}, Shape{64, 96, 200}, Shape{3, 4, 0}, Shape{6, 1, 9}}) {
    const int64_t batch = 5;
    const auto a = test::uniform_values<T>(batch * s.m * s.k, -1, 1, 1);
    const auto b = test::uniform_values<T>(batch * s.k * s.n, -1, 1, 2);
    for (const int64_t stride_b : {s.k * s.n, int64_t{0}}) {
      std::vector<T> c(static_cast<size_t>(batch * s.m * s.n), T{7});
      kernels::gemm_batched(batch, false, true, s.m, s.n, s.k, a.data(), s.m * s.k, b.data(), stride_b, T{0},
                            c.data(), s.m * s.n);
      for (int64_t i = 0; i < batch; ++i) {
        std::vector<T> one(static_cast<size_t>(s.m * s.n));
        kernels::gemm(false, true, s.m, s.n, s.k, a.data() + i * s.m * s.k, b.data() + i * stride_b, T{0},
                      one.data());
        const auto from = c.begin() + static_cast<std::ptrdiff_t>(i * s.m * s.n);
        CHECK(test::same_bytes(one, std::vector<T>(from, from + s.m * s.n)));
      }
      std::vector<T> added = c;
      kernels::gemm_batched(batch, false, true, s.m, s.n, s.k, a.data(), s.m * s.k, b.data(), stride_b, T{2},
                            added.data(), s.m * s.n);
      for (size_t i = 0; i < c.size(); ++i) CHECK(added[i] == approx(3 * c[i]).epsilon(1e-5));
    }
  }
}

TEST_CASE_TEMPLATE("products have the same bytes at any thread count", T, float, double) {
  for (const Shape& s : {Shape{100, 500, 784}, Shape{500, 784, 100}, Shape{100, 40, 500},
                         Shape{20, 30, 20000}, Shape{2000, 1, 900}, Shape{1, 2000, 900},
                         Shape{256, 256, 5000}, Shape{2500, 100, 64}, Shape{100, 784, 500}}) {
    const Operands<T> given = operands<T>(s);
    CHECK(test::same_at_any_thread_count([&] {
      std::vector<T> c = given.c;
      kernels::gemm(true, false, s.m, s.n, s.k, given.a.data(), given.b.data(), T{1}, c.data());
      return c;
    }));
    CHECK(test::same_at_any_thread_count([&] {
      std::vector<T> c = given.c;
      kernels::gemm(false, true, s.m, s.n, s.k, given.a.data(), given.b.data(), T{0}, c.data(),
                    given.bias.data());
      return c;
    }));
  }
}

TEST_CASE("no direct tile is larger than OpenBLAS takes without copying") {
  int found = 0;
  for (int64_t k = 32; k < 2000; k += 7)
    for (const auto& [trans_a, trans_b] : {std::pair{false, false}, {true, false}, {false, true}}) {
      const auto tiling = kernels::direct_tiling(960, 544, trans_b ? k / 16 * 16 : k, trans_a, trans_b);
      if (!tiling || tiling->direct != kernels::DirectKernel::blas) continue;
      ++found;
      CHECK(tiling->rows * tiling->columns * tiling->depth <= 1'000'000);
    }
  const bool has_some = kernels::direct_kernel() == kernels::DirectKernel::blas;
  CHECK((found > 100) == has_some);
}

TEST_CASE("a side beyond BLAS's integers is an error, and the kernel has a name") {
  double x = 0;
  CHECK_THROWS_AS(kernels::gemm(false, false, int64_t{1} << 31, 1, 1, &x, &x, 0.0, &x), Error);
  CHECK(kernels::blas_kernel().used.size() > 1);
}
