#include "autograd/kernels/gemm/gemm_tiling.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/gemm/direct_tile.h"

namespace gradzoo::kernels {
namespace {

constexpr int64_t kMaxTiles = 16;
constexpr int64_t kMinRows = 24;  // lower and narrower tiles leave the kernel's registers empty
constexpr int64_t kMinColumns = 48;
constexpr int64_t kMinDepth = 256;                  // of a block of K
constexpr int64_t kMaxPartials = int64_t{1} << 20;  // numbers that blocks of K keep before they are added

constexpr int64_t kFewRows = 128;  // of A: two rows of tiles read B twice, and packing reads and writes it
constexpr int64_t kLargestDirect = 1'000'000;  // multiplications in what OpenBLAS takes for small

int64_t tiles_over(int64_t extent, int64_t size) { return (extent + size - 1) / size; }

/// The size of `tiles` equal tiles, as a multiple of `multiple`.
int64_t tile_extent(int64_t extent, int64_t tiles, int64_t multiple) {
  return std::max<int64_t>(1, tiles_over(tiles_over(extent, tiles), multiple) * multiple);
}

/// Tiles that a product is worth, a power of 2: about as many as each has MFLOPs, since what BLAS copies
/// grows with their number, and what a thread must be given at least does not.
int64_t worthwhile_tiles(double flops) {
  int64_t tiles = 1;
  while (tiles < kMaxTiles && flops >= 4 * kSerialFlops * static_cast<double>(tiles * tiles)) tiles *= 2;
  return tiles;
}

/// The largest direct tiles; the depth of K's blocks, 0: as many multiplications as OpenBLAS takes for small.
struct DirectSizes {
  int64_t rows, row_multiple, columns, fewer_columns, depth;
};

DirectSizes sizes_for_blas(bool trans_a, bool trans_b) {
  if (trans_b) return {64, 4, 16, 16, 0};
  return trans_a ? DirectSizes{48, 24, 64, 32, 0} : DirectSizes{96, 24, 32, 32, 0};
}

/// B's rows whose stride is a multiple of 4 kB fall into the same lines of the cache.
bool rows_collide(int64_t n) { return n % 1024 == 0; }

/// Whether a row of B that a tile reads is so wide that few rows hold as much as many narrow ones.
bool has_wide_blocks() { return direct_block().columns >= 48; }

/// K's blocks of B's columns stay in the first cache, or, where wide blocks read them rarely, in the second.
DirectSizes sizes_of_own(int64_t n, bool trans_b) {
  const RegisterBlock block = trans_b ? direct_block_of_dots() : direct_block();
  const auto whole = [&](int64_t columns) { return columns / block.columns * block.columns; };
  if (trans_b) return {8 * block.rows, block.rows, whole(64), whole(20), 1024};
  const int64_t columns = whole(96);
  const int64_t fewer = std::max(block.columns, whole(columns / 3));
  const int64_t depth = !has_wide_blocks() ? 256 : rows_collide(n) ? 512 : 1024;
  return {96 / block.rows * block.rows, block.rows, columns, fewer, depth};
}

/// Whether OpenBLAS, which copies B, is faster than our own tiles if B exceeds the near cache: measured on a
/// processor without AVX-512, whose near cache is small.
bool far_is_packed(DirectKernel kernel) {
  return kernel == DirectKernel::own && !has_wide_blocks() && blas_kernel().used != "own";
}

/// Whether what a tile reads again and again stays in the near cache.
bool can_be_direct(DirectKernel kernel, int64_t m, int64_t n, int64_t k, bool trans_a, bool trans_b) {
  const bool packs_far = far_is_packed(kernel);
  const int64_t near_cache =
      packs_far ? 32'768 : 500'000;  // numbers of B, which each row of tiles reads again
  constexpr int64_t kDeep = 4096;
  const bool near = n * k <= near_cache;
  if (trans_b)
    return (near || m <= kFewRows) && k % 16 == 0 && k >= 32;      // B' is read in whole vectors along K
  if (trans_a && k <= kDeep && (near || !packs_far)) return true;  // a tile reads narrow columns of both
  return near && !rows_collide(n);
}

/// Few rows by a B that is far, or whose rows collide: our wide blocks read it twice at most, and OpenBLAS's
/// narrow ones would cut a deep K.
bool suits_wide_blocks(int64_t m, int64_t k, bool trans_a, bool trans_b) {
  return has_wide_blocks() && !trans_a && !trans_b && m <= kFewRows && k > 320;
}

}  // namespace

double product_flops(int64_t m, int64_t n, int64_t k) {
  return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

/// Of all ways to cut into as many tiles as it is worth, or fewer where these would be too small, the one
/// that copies least: BLAS copies a tile's part of A and of B, and blocks of K are written and read once
/// more.
Tiling packed_tiling(int64_t m, int64_t n, int64_t k, bool may_cut_depth) {
  int64_t best_rows = 1, best_columns = 1, best_depth = 1;
  for (int64_t tiles = worthwhile_tiles(product_flops(m, n, k)); tiles > 1; tiles /= 2) {
    int64_t least = std::numeric_limits<int64_t>::max();
    for (int64_t r = 1; r <= tiles; r *= 2) {
      for (int64_t c = 1; r * c <= tiles; c *= 2) {
        const int64_t d = tiles / (r * c);
        const bool fits =
            (r == 1 || m >= r * kMinRows) && (c == 1 || n >= c * kMinColumns) &&
            (d == 1 || (may_cut_depth && r * c == 1 && k >= d * kMinDepth && d * m * n <= kMaxPartials));
        const int64_t copied = m * k * c + n * k * r + (d == 1 ? 0 : 2 * d * m * n);
        if (!fits || copied >= least) continue;
        least = copied;
        best_rows = r;
        best_columns = c;
        best_depth = d;
      }
    }
    if (least < std::numeric_limits<int64_t>::max()) break;
  }
  const int64_t rows = tile_extent(m, best_rows, 4), columns = tile_extent(n, best_columns, 16);
  return {rows,
          columns,
          tiles_over(m, rows),
          tiles_over(n, columns),
          tiles_over(k, best_depth),
          best_depth > 1,
          DirectKernel::none};
}

DirectKernel direct_kernel() {
  static const DirectKernel kKernel = [] {
    const std::string_view name = blas_kernel().used;
    if (name == "SkylakeX" || name == "Cooperlake" || name == "SapphireRapids") return DirectKernel::blas;
    return name == "own" || direct_tiles_pay() ? DirectKernel::own : DirectKernel::none;
  }();
  return kKernel;
}

std::optional<Tiling> direct_tiling(int64_t m, int64_t n, int64_t k, bool trans_a, bool trans_b) {
  const double flops = product_flops(m, n, k);
  DirectKernel kernel = direct_kernel();
  if (kernel == DirectKernel::none || m == 1 || n == 1 || flops < kSerialFlops || (trans_a && trans_b))
    return {};
  if (!can_be_direct(kernel, m, n, k, trans_a, trans_b)) {
    if (!suits_wide_blocks(m, k, trans_a, trans_b)) return {};
    kernel = DirectKernel::own;
  }
  const DirectSizes sizes =
      kernel == DirectKernel::blas ? sizes_for_blas(trans_a, trans_b) : sizes_of_own(n, trans_b);
  const int64_t rows = std::min(m, tile_extent(m, tiles_over(m, sizes.rows), sizes.row_multiple));
  const bool few = tiles_over(m, rows) * tiles_over(n, sizes.columns) < kMaxTiles;
  const int64_t columns = std::min(n, few ? sizes.fewer_columns : sizes.columns);
  const int64_t deepest = sizes.depth > 0 ? sizes.depth : kLargestDirect / (rows * columns) / 4 * 4;
  const int64_t depth = tile_extent(k, tiles_over(k, deepest), sizes.depth > 0 ? 16 : 4);
  const Tiling tiling{rows, columns, tiles_over(m, rows), tiles_over(n, columns), depth, false, kernel};
  return tiling.count() < worthwhile_tiles(flops) ? std::nullopt : std::optional(tiling);
}

bool transposing_pays(int64_t m, int64_t n, int64_t k) {
  constexpr int64_t kRows = 80, kRowsOfDeep = 192, kDeep = 400;  // that repay the copy of B, measured
  const bool deep = k > kDeep && k % 16 == 0;                    // else A B' cannot be direct
  return m >= (deep ? kRowsOfDeep : kRows) && direct_tiling(m, n, k, false, false);
}

bool takes_columns(int64_t m, int64_t n) { return n > 2 * m; }

bool blas_would_allocate(int64_t rows, int64_t columns, int64_t depth) {
  constexpr int64_t kShallow = 32;
  const int64_t rest = columns % 16;
  return rest >= 1 && rest <= 8 && depth >= kShallow && rows * columns * depth <= kLargestDirect;
}

}  // namespace gradzoo::kernels
