#include "autograd/kernels/gemm/direct_tile.h"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/gemm/gemm_tiling.h"
#include "autograd/kernels/pointwise/simd_targets.h"

namespace gradzoo::kernels {
namespace {

constexpr float kCanary = -12345;

/// Matrices of small integers, whose products are exact, with strides wider than their rows.
struct Case {
  bool trans_a, trans_b;
  int64_t m, n, k;
  float beta;
  bool has_bias;
  std::vector<float> a, b, c, bias;
  int64_t lda, ldb, ldc;

  Case(bool ta, bool tb, int64_t rows, int64_t columns, int64_t depth, float of_c, bool with_bias)
      : trans_a(ta), trans_b(tb), m(rows), n(columns), k(depth), beta(of_c), has_bias(with_bias) {
    lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 5, ldc = n + 2;
    a = integers((ta ? k : m) * lda, 7);
    b = integers((tb ? n : k) * ldb, 11);
    c = integers(m * ldc, 5);
    bias = integers(n, 3);
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = n; j < ldc; ++j) at(c, i, ldc, j) = kCanary;
      if (beta == 0) at(c, i, ldc, 0) = std::numeric_limits<float>::quiet_NaN();  // of no matter
    }
  }

  static std::vector<float> integers(int64_t count, int64_t modulus) {
    std::vector<float> out(static_cast<size_t>(count));
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<float>(static_cast<int64_t>(i * i + 3 * i) % modulus - modulus / 2);
    return out;
  }
  static float& at(std::vector<float>& of, int64_t i, int64_t stride, int64_t j) {
    return of[static_cast<size_t>(i * stride + j)];
  }

  std::vector<float> naive() {
    std::vector<float> out = c;
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double sum = has_bias ? bias[static_cast<size_t>(j)] : beta == 0 ? 0 : beta * at(c, i, ldc, j);
        for (int64_t p = 0; p < k; ++p)
          sum += double{trans_a ? at(a, p, lda, i) : at(a, i, lda, p)} *
                 double{trans_b ? at(b, j, ldb, p) : at(b, p, ldb, j)};
        at(out, i, ldc, j) = static_cast<float>(sum);
      }
    return out;
  }

  std::vector<float> direct() const {
    std::vector<float> out = c;
    multiply_direct({trans_a, trans_b, m, n, k, a.data(), lda, b.data(), ldb, beta, out.data(), ldc,
                     has_bias ? bias.data() : nullptr});
    return out;
  }
};

int64_t wrong_products() {
  int64_t wrong = 0;
  for (const auto& [ta, tb] : {std::pair{false, false}, {true, false}, {false, true}})
    for (const int64_t m : {1, 2, 5, 6, 8, 13, 41}) {
      for (const int64_t n : {1, 4, 7, 16, 17, 47, 50, 100})
        for (const int64_t k : {1, 7, 16, 33, 64}) {
          for (const float beta : {0.0F, 1.0F, 0.5F})
            wrong += [&](Case c) { return c.direct() != c.naive(); }({ta, tb, m, n, k, beta, false});
          Case with_bias(ta, tb, m, n, k, 0, true);
          wrong += with_bias.direct() != with_bias.naive();
        }
    }
  return wrong;
}

TEST_CASE("direct tiles are the naive product, on every instruction set, and write nothing beside it") {
  const SimdLevel whole = processor_level();
  for (const SimdLevel highest : {SimdLevel::avx512, SimdLevel::avx2, SimdLevel::portable}) {
    if (highest > whole) continue;
    set_highest_level(highest);
    const SimdLevel level = processor_level();
    CAPTURE(static_cast<int>(level));
    CHECK(wrong_products() == 0);
    const RegisterBlock block = direct_block();
    if (level == SimdLevel::avx512) CHECK(block.columns == 48);
    if (level == SimdLevel::avx2) CHECK(block.columns == 16);
  }
  set_highest_level(whole);
}

TEST_CASE("our own direct tiles are whole blocks of registers, and K's blocks stay near") {
  const bool wide = direct_block().columns >= 48;
  int found = 0;
  constexpr int64_t kRows = 960, kColumns = 96;
  for (int64_t k = 32; k < 2000; k += 16)
    for (const auto& [ta, tb] : {std::pair{false, false}, {true, false}, {false, true}}) {
      const auto tiling = direct_tiling(kRows, kColumns, k, ta, tb);
      if (!tiling || tiling->direct != DirectKernel::own) continue;
      ++found;
      const RegisterBlock block = tb ? direct_block_of_dots() : direct_block();
      CHECK(tiling->rows % block.rows == 0);
      CHECK(tiling->columns % block.columns == 0);
      CHECK(tiling->depth <= (tb || wide ? 1024 : 256));
      CHECK(tiling->row_tiles * tiling->rows >= kRows);
      CHECK(tiling->column_tiles * tiling->columns >= kColumns);
    }
  CHECK((found > 20) == (direct_kernel() == DirectKernel::own));
}

TEST_CASE("without wide blocks OpenBLAS copies a B that is far, for each of the three products") {
  if (direct_kernel() != DirectKernel::own || direct_block().columns >= 48) return;
  const bool own_blas = blas_kernel().used == "own";
  for (const auto& [ta, tb] : {std::pair{false, false}, {true, false}, {false, true}}) {
    CHECK(direct_tiling(512, 128, 128, ta, tb));
    CHECK(direct_tiling(512, 480, 784, ta, tb).has_value() == own_blas);
  }
}

TEST_CASE("few rows by a B that is far, or whose rows collide, go in wide blocks, where there are any") {
  const bool wide = direct_block().columns >= 48;
  for (const int64_t n : {1024, 1000}) {
    const auto few = direct_tiling(100, n, 1024, false, false);
    CHECK((few && few->direct == DirectKernel::own) == wide);
    if (few) CHECK(few->depth <= (n == 1024 ? 512 : 1024));
  }
  CHECK(!direct_tiling(1024, 1024, 1024, false, false));
}

}  // namespace
}  // namespace gradzoo::kernels
