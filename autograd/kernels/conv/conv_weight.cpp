#include <algorithm>

#include "autograd/kernels/conv/conv.h"
#include "autograd/kernels/conv/conv_border.h"
#include "autograd/kernels/threads/flops.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {

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
  // Tiles of nearly one size; images that stay in a near cache while tiles pass.
  const int64_t most = conv_weight_rows(), row_tiles = (rows + most - 1) / most;
  const int64_t per_tile = (rows + row_tiles - 1) / std::max<int64_t>(1, row_tiles);
  const int64_t columns = 2 * conv_lanes<T>(), column_tiles = (s.out + columns - 1) / columns;
  const int64_t tiles = row_tiles * column_tiles;
  constexpr int64_t kNearBytes = 160 * 1024, kEnoughTiles = 64, kMostParts = 8;
  const int64_t src_row = s.stride * border.row();
  const int64_t row_bytes = static_cast<int64_t>(sizeof(T)) * (src_row + s.out_width * s.out);
  const int64_t near_rows = std::max<int64_t>(1, kNearBytes / row_bytes);
  const int64_t images_at_once = std::max<int64_t>(1, near_rows / s.out_height);
  const int64_t rows_at_once = std::min(near_rows, s.out_height);
  // Where tiles are few, parts of the batch are summed apart.
  const int64_t most_parts = tiles >= kEnoughTiles ? 1 : std::min(s.batch, kMostParts);
  const int64_t per_part = (s.batch + most_parts - 1) / most_parts;
  const int64_t parts = (s.batch + per_part - 1) / per_part;  // none is empty
  T* sums = parts == 1 ? w : scratch<T, ConvPartial>(parts * size);
  parallel_for(parts * tiles, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin / tiles; part * tiles < end; ++part) {
      const int64_t first_tile = std::max<int64_t>(begin - part * tiles, 0);
      const int64_t last_tile = std::min(end - part * tiles, tiles);
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
  for (int64_t i = 0; i < size; ++i) {
    T sum = adds ? w[i] : T{0};
    for (int64_t part = 0; part < parts; ++part) sum += sums[part * size + i];
    w[i] = sum;
  }
}
template void conv_weight(const ConvSizes&, const float*, const float*, bool, float*);
template void conv_weight(const ConvSizes&, const double*, const double*, bool, double*);

}  // namespace gradzoo::kernels
