#include <algorithm>

#include "autograd/kernels/conv/conv.h"
#include "autograd/kernels/conv/conv_border.h"
#include "autograd/kernels/conv/winograd.h"
#include "autograd/kernels/threads/flops.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

/// How the rows of a list of offsets are cut into tiles: of rows that lie side by side where that wastes less
/// than half of a tile, and of nearly one size.
struct RowTiles {
  int64_t runs, run, per_tile, per_run;

  RowTiles(int64_t rows, int64_t side_by_side) {
    const int64_t most = conv_weight_rows();
    run = 2 * side_by_side > most ? side_by_side : rows;
    runs = rows / run;
    per_run = (run + most - 1) / most;
    per_tile = (run + per_run - 1) / per_run;
    per_run = (run + per_tile - 1) / per_tile;
  }

  int64_t count() const { return runs * per_run; }
  int64_t first(int64_t tile) const { return tile / per_run * run + tile % per_run * per_tile; }
  int64_t size(int64_t tile) const { return std::min(per_tile, run - tile % per_run * per_tile); }
};

/// The weight's gradient from images that have their borders: where the factors of a product lie.
struct WeightProducts {
  const int32_t* offsets;
  int64_t rows, columns;
  RowTiles tiles;
  int64_t width;
  int64_t src_image, src_row, src_step;
  int64_t grad_image;  // its rows follow each other
};

/// sums (+)= the products of some rows of some images, for the tiles of `rows` and all columns.
template <class T>
void sum_tiles(const WeightProducts& of, int64_t first, int64_t last, int64_t images, int64_t height,
               const T* src, const T* grad, bool adds, T* sums) {
  const int64_t columns = 2 * conv_lanes<T>(), column_tiles = (of.columns + columns - 1) / columns;
  for (int64_t tile = first * column_tiles; tile < last * column_tiles; ++tile) {
    const int64_t row = of.tiles.first(tile / column_tiles), column = tile % column_tiles * columns;
    conv_weight_tile<T>({.offsets = of.offsets + row,
                         .rows = of.tiles.size(tile / column_tiles),
                         .columns = std::min(columns, of.columns - column),
                         .images = images,
                         .height = height,
                         .width = of.width,
                         .src_image = of.src_image,
                         .src_row = of.src_row,
                         .src_step = of.src_step,
                         .grad_image = of.grad_image,
                         .grad_step = of.columns,
                         .sums_row = of.columns,
                         .adds = adds},
                        src, grad + column, sums + row * of.columns + column);
  }
}

constexpr int64_t kNearBytes = 160 * 1024;  // what stays in a near cache while tiles pass

/// Parts of the batch, which are summed apart and added in order later: so a unit of work reads few images.
struct BatchParts {
  int64_t batch, per_part, count;  // none is empty

  explicit BatchParts(int64_t images) : batch(images) {
    constexpr int64_t kMost = 8;
    const int64_t most = std::min(batch, kMost);
    per_part = (batch + most - 1) / most;
    count = (batch + per_part - 1) / per_part;
  }
  int64_t first(int64_t part) const { return part * per_part; }
  int64_t end(int64_t part) const { return std::min(batch, (part + 1) * per_part); }
};

/// Returns x with its border: x itself, or a copy in scratch memory.
template <class T>
const T* bordered(const ConvSizes& s, const Border& border, const T* x) {
  if (border.is_none()) return x;
  const int64_t plain = s.height * s.width * s.in, image = border.size();
  T* const copies = scratch<T, ConvPadded>(s.batch * image);
  parallel_for(s.batch, 4, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) border.copy(x + b * plain, copies + b * image);
  });
  return copies;
}

/// One part of the images at one point of Winograd's method: sums of (B^T x) (A y) over its strips.
void sum_point(const ConvSizes& s, const Strips& strips, const WeightProducts& of, int point, int64_t first,
               int64_t last, const float* x, const float* y, const float* zeros, float* sums) {
  const int64_t count = strips.count(), image = s.height * s.width * s.in, row = s.out_width * s.out;
  const int64_t bytes = static_cast<int64_t>(sizeof(float)) * (of.src_image + of.grad_image);
  const int64_t at_once = std::clamp<int64_t>(kNearBytes / bytes, 1, last - first);
  float* const data = scratch<float, ConvPadded>(at_once * of.src_image);
  float* const grad = scratch<float, ConvGrad>(at_once * of.grad_image);
  const bool at_infinity = point + 1 == winograd_points(strips.taps);
  for (int64_t b = first; b < last; b += at_once) {
    const int64_t images = std::min(at_once, last - b);
    for (int64_t i = 0; i < images * count; ++i) {
      const int64_t strip = i % count;
      PointRows to;
      to.at[point] = data + i * strips.size();
      transform_strip(strips, x + (b + i / count) * image, strip, zeros, to);
      WinogradRows map{.size = row};
      for (int64_t k = 0; k < kWinogradResults; ++k)
        map.from[k] = k < strips.results_of(strip)
                          ? y + ((b + i / count) * s.out_height + strip * kWinogradResults + k) * row
                          : zeros;
      map.to[point] = grad + i * row;
      winograd_rows(WinogradMap::result_transpose, strips.taps, map);
    }
    sum_tiles(of, 0, of.tiles.count(), images, count - (at_infinity && !strips.are_whole() ? 1 : 0), data,
              grad, b > first, sums);
  }
}

/// w by Winograd's method: w (+)= G^T sum (B^T x) (A y), over strips.
void weight_by_strips(const ConvSizes& s, const float* x, const float* y, bool adds, float* w) {
  const Strips strips = strips_of_x(s);
  const int points = winograd_points(strips.taps);
  const int64_t row = s.out_width * s.out, rows = s.stride * s.kernel_width * s.in, tap = rows * s.out;
  const float* const zeros = winograd_zeros(std::max(s.width * s.in, row));
  const WeightProducts of{.offsets = offsets_of_strip(s),
                          .rows = rows,
                          .columns = s.out,
                          .tiles = RowTiles(rows, s.kernel_width * s.in),
                          .width = s.out_width,
                          .src_image = strips.count() * strips.size(),
                          .src_row = strips.size(),
                          .src_step = s.stride * s.in,
                          .grad_image = strips.count() * row};
  const BatchParts parts(s.batch);
  float* const sums = scratch<float, ConvPartial>(parts.count * points * tap);
  parallel_for(parts.count * points, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t part = unit / points;
      sum_point(s, strips, of, static_cast<int>(unit % points), parts.first(part), parts.end(part), x, y,
                zeros, sums + unit * tap);
    }
  });
  parallel_for(tap, kWeightGrain, 16, [&](int64_t begin, int64_t end) {
    WinogradRows map{.size = end - begin};
    for (int64_t j = 0; j < points; ++j) {
      float* const total = sums + j * tap;
      for (int64_t part = 1; part < parts.count; ++part) {
        for (int64_t i = begin; i < end; ++i) total[i] += total[part * points * tap + i];
      }
      map.from[j] = total + begin;
    }
    for (int64_t k = 0; k < strips.taps; ++k) {
      map.to[k] = w + k * tap + begin;
      map.start[k] = adds ? map.to[k] : nullptr;
    }
    winograd_rows(WinogradMap::weight_transpose, strips.taps, map);
  });
}

/// w by direct products.
template <class T>
void weight_by_pixels(const ConvSizes& s, const T* x, const T* y, bool adds, T* w) {
  const Border border = border_of_x(s);
  const int64_t rows = s.kernel_height * s.kernel_width * s.in, size = rows * s.out;
  const WeightProducts of{.offsets = offsets_of_x(s, border),
                          .rows = rows,
                          .columns = s.out,
                          .tiles = RowTiles(rows, s.dilation == 1 ? s.kernel_width * s.in : s.in),
                          .width = s.out_width,
                          .src_image = border.size(),
                          .src_row = s.stride * border.row(),
                          .src_step = s.stride * s.in,
                          .grad_image = s.out_height * s.out_width * s.out};
  x = bordered(s, border, x);
  const int64_t row_bytes = static_cast<int64_t>(sizeof(T)) * (of.src_row + s.out_width * s.out);
  const int64_t near_rows = std::max<int64_t>(1, kNearBytes / row_bytes);
  const int64_t images_at_once = std::max<int64_t>(1, near_rows / s.out_height);
  const int64_t rows_at_once = std::min(near_rows, s.out_height);
  constexpr int64_t kMostGroups = 4;  // of tiles
  const int64_t tiles = of.tiles.count(), groups = std::min(tiles, kMostGroups);
  const BatchParts parts(s.batch);
  T* const sums = scratch<T, ConvPartial>(parts.count * size);
  parallel_for(parts.count * groups, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t part = unit / groups, group = unit % groups, first = parts.first(part);
      for (int64_t b = first; b < parts.end(part); b += images_at_once) {
        for (int64_t i = 0; i < s.out_height; i += rows_at_once)
          sum_tiles(of, group * tiles / groups, (group + 1) * tiles / groups,
                    std::min(images_at_once, parts.end(part) - b), std::min(rows_at_once, s.out_height - i),
                    x + b * of.src_image + i * of.src_row, y + (b * s.out_height + i) * s.out_width * s.out,
                    b > first || i > 0, sums + part * size);
      }
    }
  });
  parallel_for(size, kWeightGrain, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      T sum = adds ? w[i] : T{0};
      for (int64_t part = 0; part < parts.count; ++part) sum += sums[part * size + i];
      w[i] = sum;
    }
  });
}

}  // namespace

template <class T>
void conv_weight(const ConvSizes& s, const T* x, const T* y, bool adds, T* w) {
  counted_flops() += conv_flops(s);
  const int64_t size = s.kernel_height * s.kernel_width * s.in * s.out;
  if (size * s.batch * s.out_height * s.out_width == 0) {
    if (!adds) std::fill_n(w, size, T{0});
    return;
  }
  if constexpr (sizeof(T) == 4) {
    if (by_winograd(s)) return weight_by_strips(s, x, y, adds, w);
  }
  weight_by_pixels(s, x, y, adds, w);
}
template void conv_weight(const ConvSizes&, const float*, const float*, bool, float*);
template void conv_weight(const ConvSizes&, const double*, const double*, bool, double*);

}  // namespace gradzoo::kernels
