#pragma once

#include <cstdint>
#include <optional>

/// The tiling of a product: how it is cut into calls of BLAS.
namespace gradzoo::kernels {

/// The kernel that multiplies single-precision operands without a copy: OpenBLAS's kernels for small
/// products, which exist for AVX-512, else our own (direct_tile.h) with AVX2 or AVX-512 or without OpenBLAS.
/// With OpenBLAS on portable instructions there is none.
enum class DirectKernel { none, blas, own };
DirectKernel direct_kernel();

/// A tiling, which depends only on the product's shape on one machine. C is cut into tiles, and K into blocks
/// of `depth`. The blocks of a tile are added one after another. If only K is cut (`partial`), each block has
/// its own C, and these are added in order.
struct Tiling {
  int64_t rows, columns;  // size of a tile; the last ones may be smaller
  int64_t row_tiles, column_tiles;
  int64_t depth;
  bool partial;
  DirectKernel direct;  // none: BLAS copies its operands
  int64_t count() const { return row_tiles * column_tiles; }
};

/// Returns the number of floating-point operations of a product.
double product_flops(int64_t m, int64_t n, int64_t k);

/// The operations below which a product runs on the calling thread: 5 to 10 microseconds.
constexpr double kSerialFlops = 1e6;

/// Returns large tiles: BLAS copies its operands into its own order first.
Tiling packed_tiling(int64_t m, int64_t n, int64_t k, bool may_cut_depth);

/// Returns tiles for a direct kernel, or nothing if packed tiles are faster because the operands do not stay
/// in the near cache.
std::optional<Tiling> direct_tiling(int64_t m, int64_t n, int64_t k, bool trans_a, bool trans_b);

/// True if it is faster to transpose a transposed B first and then use a direct tiling.
bool transposing_pays(int64_t m, int64_t n, int64_t k);

/// True if B is so much larger than A that each thread takes columns of B, not rows of A.
bool takes_columns(int64_t m, int64_t n);

/// True if OpenBLAS would call malloc for a product of this size with neither operand transposed: its kernels
/// for small products do so for 1 to 8 columns beyond its blocks of 16.
bool blas_would_allocate(int64_t rows, int64_t columns, int64_t depth);

}  // namespace gradzoo::kernels
