#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/plot/image.h"

namespace gradzoo {

struct GridOptions {
  std::int64_t columns = 10;
  int scale = 2;                             ///< magnification: each pixel becomes scale x scale equal pixels
  int channels = 1;                          ///< values per pixel: 1 for grey, 3 for red, green and blue
  int gap = 2;                               ///< pixels between tiles
  int margin = 8;                            ///< pixels around the picture
  std::vector<std::string> row_labels = {};  ///< labels at the left of the rows; empty: none
  std::int64_t rows_per_group = 0;           ///< rows per group, for space between groups; 0: one group
};

/// Draws `pixels` (count, height, width, channels) as tiles, row by row. Values are in [0, 1], 0 for black
/// and 1 for white; others are clamped, and a pixel with a NaN is red. Throws Error if sizes disagree, if
/// `pixels` is empty, or if the picture is too large.
Image image_grid(std::span<const float> pixels, std::int64_t height, std::int64_t width,
                 const GridOptions& options = {});

/// Upper left corner of tile `index`, in pixels of the picture.
struct TilePosition {
  std::int64_t x, y;
  friend bool operator==(const TilePosition&, const TilePosition&) = default;
};
TilePosition tile_position(std::int64_t index, std::int64_t height, std::int64_t width,
                           const GridOptions& options);

}  // namespace gradzoo
