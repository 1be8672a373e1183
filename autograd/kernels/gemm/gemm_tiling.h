#pragma once

#include <cstdint>
#include <optional>

/// How a product is cut into calls of BLAS.
namespace gradzoo::kernels {

/// Who multiplies single-precision operands without a copy: OpenBLAS's kernels for small products, which it
/// has for AVX-512, else our own (direct_tile.h) with AVX2 or AVX-512, or where there is no OpenBLAS; nobody
/// beside it on portable instructions.
enum class DirectKernel { none, blas, own };
DirectKernel direct_kernel();

/// A function of the product's shape alone, on one machine. C is cut into tiles, and K into blocks of
/// `depth`: a tile's are added one after another, or, where K alone is cut (`partial`), each has a C of its
/// own, and these are added in order.
struct Tiling {
  int64_t rows, columns;  // of a tile; the last ones may be smaller
  int64_t row_tiles, column_tiles;
  int64_t depth;
  bool partial;
  DirectKernel direct;  // none: BLAS copies its operands
  int64_t count() const { return row_tiles * column_tiles; }
};

/// Floating-point operations of a product.
double product_flops(int64_t m, int64_t n, int64_t k);

/// Products of fewer operations run where they are called: 5 to 10 microseconds.
constexpr double kSerialFlops = 1e6;

/// Large tiles: BLAS copies its operands into an order of its own first.
Tiling packed_tiling(int64_t m, int64_t n, int64_t k, bool may_cut_depth);

/// Tiles for a direct kernel. None where packed ones are faster: for operands that do not stay in the near
/// cache.
std::optional<Tiling> direct_tiling(int64_t m, int64_t n, int64_t k, bool trans_a, bool trans_b);

/// Whether it pays to turn a transposed B round first, and to go on with a direct tiling.
bool transposing_pays(int64_t m, int64_t n, int64_t k);

/// Whether B is so much larger than A that threads take columns of it each, not rows of A.
bool takes_columns(int64_t m, int64_t n);

/// Whether OpenBLAS would call malloc for a product of this size, neither operand transposed: its kernels for
/// small products do so for 1 to 8 columns beside its blocks of 16.
bool blas_would_allocate(int64_t rows, int64_t columns, int64_t depth);

}  // namespace gradzoo::kernels
