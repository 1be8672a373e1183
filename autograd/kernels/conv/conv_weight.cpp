#include <algorithm>

#include "autograd/kernels/conv/conv.h"
#include "autograd/kernels/conv/conv_border.h"
#include "autograd/kernels/threads/flops.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

// Tiles of nearly one size; of channels that lie side by side where that wastes less than half of a tile.
int64_t rows_of_tile(const ConvSizes& s, int64_t rows) {
  const int64_t most = conv_weight_rows();
  for (int64_t n = most; 2 * n > most; --n) {
    if (s.in % n == 0) return n;
  }
  const int64_t tiles = (rows + most - 1) / most;
  return (rows + tiles - 1) / std::max<int64_t>(1, tiles);
}

}  // namespace

template <class T>
void conv_weight(const ConvSizes& s, const T* x, const T* y, bool adds, T* w) {
  counted_flops() += conv_flops(s);
  const int64_t rows = s.kernel_height * s.kernel_width * s.in, size = rows * s.out;
  const int64_t pixels = s.out_height * s.out_width;
  if (s.batch * pixels == 0) {
    if (!adds) std::fill_n(w, size, T{0});
    return;
  }
  const Border border = border_of_x(s);
  const int32_t* offsets = offsets_of_x(s, border);
  const int64_t image = border.size();
  if (!border.is_none()) {
    const int64_t plain = s.height * s.width * s.in;
    T* copies = scratch<T, ConvPadded>(s.batch * image);
    parallel_for(s.batch, 4, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) border.copy(x + b * plain, copies + b * image);
    });
    x = copies;
  }
  // Images stay in a near cache while tiles pass.
  const int64_t per_tile = rows_of_tile(s, rows), row_tiles = (rows + per_tile - 1) / per_tile;
  const int64_t columns = 2 * conv_lanes<T>(), column_tiles = (s.out + columns - 1) / columns;
  const int64_t tiles = row_tiles * column_tiles;
  constexpr int64_t kNearBytes = 160 * 1024, kMostParts = 8, kMostGroups = 4;
  const int64_t src_row = s.stride * border.row();
  const int64_t row_bytes = static_cast<int64_t>(sizeof(T)) * (src_row + s.out_width * s.out);
  const int64_t near_rows = std::max<int64_t>(1, kNearBytes / row_bytes);
  const int64_t images_at_once = std::max<int64_t>(1, near_rows / s.out_height);
  const int64_t rows_at_once = std::min(near_rows, s.out_height);
  // Parts of the batch are summed apart, and their sums added in order: so a group of tiles reads few images,
  // which stay near, and not the whole batch.
  const int64_t most_parts = std::min(s.batch, kMostParts), groups = std::min(tiles, kMostGroups);
  const int64_t per_part = (s.batch + most_parts - 1) / most_parts;
  const int64_t parts = (s.batch + per_part - 1) / per_part;  // none is empty
  T* sums = parts == 1 ? w : scratch<T, ConvPartial>(parts * size);
  parallel_for(parts * groups, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t part = unit / groups, group = unit % groups;
      const int64_t first_tile = group * tiles / groups, last_tile = (group + 1) * tiles / groups;
      const int64_t first = part * per_part, last = std::min(s.batch, first + per_part);
      for (int64_t b = first; b < last; b += images_at_once) {
        for (int64_t i = 0; i < s.out_height; i += rows_at_once) {
          for (int64_t tile = first_tile; tile < last_tile; ++tile) {
            const int64_t row = tile / column_tiles * per_tile, column = tile % column_tiles * columns;
            conv_weight_tile<T>({.offsets = offsets + row,
                                 .rows = std::min(per_tile, rows - row),
                                 .columns = std::min(columns, s.out - column),
                                 .images = std::min(images_at_once, last - b),
                                 .height = std::min(rows_at_once, s.out_height - i),
                                 .width = s.out_width,
                                 .src_image = image,
                                 .src_row = src_row,
                                 .src_step = s.stride * s.in,
                                 .grad_image = pixels * s.out,
                                 .grad_step = s.out,
                                 .sums_row = s.out,
                                 .adds = b > first || i > 0 || (parts == 1 && adds)},
                                x + b * image + i * src_row,
                                y + (b * pixels + i * s.out_width) * s.out + column,
                                sums + part * size + row * s.out + column);
          }
        }
      }
    }
  });
  if (parts == 1) return;
  constexpr int64_t kGrain = 4096;
  parallel_for(size, kGrain, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      T sum = adds ? w[i] : T{0};
      for (int64_t part = 0; part < parts; ++part) sum += sums[part * size + i];
      w[i] = sum;
    }
  });
}
template void conv_weight(const ConvSizes&, const float*, const float*, bool, float*);
template void conv_weight(const ConvSizes&, const double*, const double*, bool, double*);

}  // namespace gradzoo::kernels
