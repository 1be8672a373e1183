#include "plot/grid.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/base/error.h"
#include "gradzoo/plot/canvas.h"
#include "plot/font.h"

namespace gradzoo {
namespace {

constexpr Color kDarkPaper{24, 26, 30}, kLightInk{225, 227, 230}, kNaN{220, 40, 40};
constexpr double kTextSize = 10;
constexpr int kLabelGap = 8;

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
      options.margin < 0 || (options.channels != 1 && options.channels != 3)) {
    throw Error(
        "image_grid: tiles of {} x {} x {}, {} columns, scale {}, gap {}, margin {}. Hint: use positive "
        "sizes, columns and scale, gap and margin of 0 or more, and 1 or 3 channels",
        height, width, options.channels, options.columns, options.scale, options.gap, options.margin);
  }
  const auto total = static_cast<std::int64_t>(values);
  const bool whole = total % height == 0 && total / height % width == 0;
  if (total == 0 || !whole || total / height / width % options.channels != 0) {
    throw Error(
        "image_grid: {} values do not fill {} x {} x {} tiles. Hint: give (count, height, width, channels) "
        "with at least one tile",
        total, height, width, options.channels);
  }
  return total / height / width / options.channels;
}

std::uint8_t level(float value) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0F, 1.0F)));
}

// One number is a grey, three are red, green and blue.
Color color_of(std::span<const float> pixel) {
  if (std::ranges::any_of(pixel, [](float value) { return std::isnan(value); })) return kNaN;
  return {level(pixel.front()), level(pixel[pixel.size() / 2]), level(pixel.back())};
}

void draw_tile(Canvas& canvas, std::span<const float> tile, std::int64_t width, TilePosition at,
               const GridOptions& options) {
  const auto channels = static_cast<std::size_t>(options.channels);
  for (std::size_t p = 0; p * channels < tile.size(); ++p) {
    const auto i = static_cast<std::int64_t>(p);
    const Rect square{1.0 * static_cast<double>(at.x + i % width * options.scale),
                      1.0 * static_cast<double>(at.y + i / width * options.scale), 1.0 * options.scale,
                      1.0 * options.scale};
    canvas.fill_rect(square, color_of(tile.subspan(p * channels, channels)));
  }
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
}

}  // namespace

TilePosition tile_position(std::int64_t index, std::int64_t height, std::int64_t width,
                           const GridOptions& options) {
  const std::int64_t row = index / options.columns, column = index % options.columns;
  return {options.margin + label_width(options) + offset(column, width, 0, options),
          options.margin + offset(row, height, options.rows_per_group, options)};
}

Image image_grid(std::span<const float> pixels, std::int64_t height, std::int64_t width,
                 const GridOptions& options) {
  const std::int64_t count = count_tiles(pixels.size(), height, width, options);
  const std::int64_t columns = std::min(count, options.columns),
                     rows = (count + options.columns - 1) / options.columns;
  const TilePosition last = tile_position((rows - 1) * options.columns + columns - 1, height, width, options);
  const std::int64_t total_width = last.x + width * options.scale + options.margin;
  const std::int64_t total_height = last.y + height * options.scale + options.margin;
  Canvas canvas(checked_side(total_width), checked_side(total_height), kDarkPaper);
  const auto tile_size = static_cast<std::size_t>(height * width * options.channels);
  for (std::int64_t i = 0; i < count; ++i) {
    draw_tile(canvas, pixels.subspan(static_cast<std::size_t>(i) * tile_size, tile_size), width,
              tile_position(i, height, width, options), options);
  }
  draw_words(canvas, height, width, rows, options);
  return canvas.take();
}

}  // namespace gradzoo
