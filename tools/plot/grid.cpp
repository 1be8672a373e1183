#include "tools/plot/grid.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "tools/plot/canvas.h"
#include "tools/plot/font.h"

namespace gradzoo {
namespace {

constexpr Color kDarkPaper{24, 26, 30}, kLightInk{225, 227, 230}, kFrame{255, 176, 46}, kNaN{220, 40, 40};
constexpr double kTextSize = 10;
constexpr int kLabelGap = 8, kCaptionHeight = 22;

/// Extra pixels between two groups of tiles.
std::int64_t group_gap(const GridOptions& options) { return 2 * std::int64_t{options.gap} + 6; }

std::int64_t label_width(const GridOptions& options) {
  double widest = 0;
  for (const std::string& label : options.row_labels) widest = std::max(widest, text_width(label, kTextSize));
  return widest > 0 ? static_cast<std::int64_t>(std::ceil(widest)) + kLabelGap : 0;
}

/// Offset of column or row i from the first one.
std::int64_t offset(std::int64_t i, std::int64_t side, std::int64_t per_group, const GridOptions& options) {
  const std::int64_t groups = per_group > 0 ? i / per_group : 0;
  return i * (side * options.scale + options.gap) + groups * group_gap(options);
}

std::int64_t count_tiles(std::size_t values, std::int64_t height, std::int64_t width,
                         const GridOptions& options) {
  if (height <= 0 || width <= 0 || options.columns <= 0 || options.scale <= 0 || options.gap < 0 ||
      options.margin < 0) {
    throw Error(
        fmt::format("image_grid: tiles of {} x {}, {} columns, scale {}, gap {}, margin {}. Hint: sizes, "
                    "columns and scale are positive, gap and margin not negative.",
                    height, width, options.columns, options.scale, options.gap, options.margin));
  }
  const auto total = static_cast<std::int64_t>(values);
  if (total == 0 || total % height != 0 || total / height % width != 0) {
    throw Error(
        fmt::format("image_grid: {} values are no whole number of {} x {} tiles. Hint: pixels are (count, "
                    "height, width) with at least one tile.",
                    total, height, width));
  }
  return total / height / width;
}

Color grey(float value) {
  if (std::isnan(value)) return kNaN;
  const auto level = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0F, 1.0F)));
  return {level, level, level};
}

void draw_tile(Canvas& canvas, std::span<const float> tile, std::int64_t width, TilePosition at, int scale) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(tile.size()); ++i) {
    const Rect square{1.0 * static_cast<double>(at.x + i % width * scale),
                      1.0 * static_cast<double>(at.y + i / width * scale), 1.0 * scale, 1.0 * scale};
    canvas.fill_rect(square, grey(tile[static_cast<std::size_t>(i)]));
  }
}

void draw_frame(Canvas& canvas, Rect tile) {
  constexpr double kThickness = 2;
  const double x = tile.x - kThickness, y = tile.y - kThickness;
  const double width = tile.width + 2 * kThickness, height = tile.height + 2 * kThickness;
  canvas.fill_rect({x, y, width, kThickness}, kFrame);
  canvas.fill_rect({x, y + height - kThickness, width, kThickness}, kFrame);
  canvas.fill_rect({x, y, kThickness, height}, kFrame);
  canvas.fill_rect({x + width - kThickness, y, kThickness, height}, kFrame);
}

int checked_side(std::int64_t side) { return static_cast<int>(std::min<std::int64_t>(side, 1 << 30)); }

void draw_words(Canvas& canvas, std::int64_t height, std::int64_t width, std::int64_t rows,
                const GridOptions& options) {
  const auto labels = std::min<std::int64_t>(rows, static_cast<std::int64_t>(options.row_labels.size()));
  for (std::int64_t row = 0; row < labels; ++row) {
    const TilePosition at = tile_position(row * options.columns, height, width, options);
    const double baseline =
        static_cast<double>(at.y) + (static_cast<double>(height * options.scale) + kTextSize) / 2;
    draw_text(canvas, {static_cast<double>(at.x) - kLabelGap, baseline},
              options.row_labels[static_cast<std::size_t>(row)],
              {.size = kTextSize, .color = kLightInk, .anchor = Anchor::right});
  }
  if (options.caption.empty()) return;
  draw_text(canvas, {1.0 * options.margin, canvas.height() - options.margin - 2.0}, options.caption,
            {.size = kTextSize, .color = kLightInk});
}

}  // namespace

TilePosition tile_position(std::int64_t index, std::int64_t height, std::int64_t width,
                           const GridOptions& options) {
  const std::int64_t row = index / options.columns, column = index % options.columns;
  return {options.margin + label_width(options) + offset(column, width, options.columns_per_group, options),
          options.margin + offset(row, height, options.rows_per_group, options)};
}

Image image_grid(std::span<const float> pixels, std::int64_t height, std::int64_t width,
                 const GridOptions& options) {
  const std::int64_t count = count_tiles(pixels.size(), height, width, options);
  const std::int64_t columns = std::min(count, options.columns),
                     rows = (count + options.columns - 1) / options.columns;
  const TilePosition last = tile_position((rows - 1) * options.columns + columns - 1, height, width, options);
  std::int64_t total_width = last.x + width * options.scale + options.margin;
  std::int64_t total_height = last.y + height * options.scale + options.margin;
  if (!options.caption.empty()) {
    total_height += kCaptionHeight;
    total_width =
        std::max(total_width, static_cast<std::int64_t>(std::ceil(text_width(options.caption, kTextSize))) +
                                  2 * options.margin);
  }
  Canvas canvas(checked_side(total_width), checked_side(total_height), kDarkPaper);
  const auto tile_size = static_cast<std::size_t>(height * width);
  for (std::int64_t i = 0; i < count; ++i) {
    draw_tile(canvas, pixels.subspan(static_cast<std::size_t>(i) * tile_size, tile_size), width,
              tile_position(i, height, width, options), options.scale);
  }
  for (const std::int64_t i : options.highlighted) {
    if (i < 0 || i >= count)
      throw Error(fmt::format("image_grid: no tile {} among {}. Hint: tiles count from 0.", i, count));
    const TilePosition at = tile_position(i, height, width, options);
    draw_frame(canvas,
               {static_cast<double>(at.x), static_cast<double>(at.y),
                static_cast<double>(width * options.scale), static_cast<double>(height * options.scale)});
  }
  draw_words(canvas, height, width, rows, options);
  return canvas.take();
}

Image image_pairs(std::span<const float> above, std::span<const float> below, std::int64_t height,
                  std::int64_t width, GridOptions options) {
  const std::int64_t count = count_tiles(above.size(), height, width, options);
  if (above.size() != below.size()) {
    throw Error(
        fmt::format("image_pairs: {} values above, {} below. Hint: give as many pictures below as above.",
                    above.size(), below.size()));
  }
  options.columns = std::min(options.columns, count);
  options.rows_per_group = 2;
  const auto tile_size = static_cast<std::size_t>(height * width);
  const std::int64_t pair_rows = (count + options.columns - 1) / options.columns;
  std::vector<float> woven(static_cast<std::size_t>(2 * pair_rows * options.columns) * tile_size, 0.0F);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = i / options.columns, column = i % options.columns;
    const auto from = static_cast<std::ptrdiff_t>(i) * static_cast<std::ptrdiff_t>(tile_size);
    const auto size = static_cast<std::ptrdiff_t>(tile_size);
    const auto copy = [&](std::span<const float> source, std::int64_t to_row) {
      std::copy_n(source.begin() + from, size, woven.begin() + (to_row * options.columns + column) * size);
    };
    copy(above, 2 * row);
    copy(below, 2 * row + 1);
  }
  return image_grid(woven, height, width, options);
}

}  // namespace gradzoo
