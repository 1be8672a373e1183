#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/plot/image.h"

namespace gradzoo {

struct GridOptions {
  std::int64_t columns = 10;
  int scale = 2;     ///< each pixel becomes scale x scale equal ones: crisp, never smoothed
  int channels = 1;  ///< numbers of a pixel: 1, its grey; 3, its red, green and blue
  int gap = 2;       ///< pixels between tiles
  int margin = 8;    ///< pixels around all
  std::vector<std::string> row_labels = {};  ///< left of each row; empty: none
  std::int64_t rows_per_group = 0;  ///< likewise for rows: 2 sets originals over reconstructions apart
};

/// A picture of `pixels` (count, height, width, channels), each value in [0, 1], 0 black and 1 white (others
/// are clamped, a pixel with a NaN is drawn red), tiles row by row. Throws Error if sizes disagree, if there
/// is no tile, or if the picture is too large.
Image image_grid(std::span<const float> pixels, std::int64_t height, std::int64_t width,
                 const GridOptions& options = {});

/// Left upper corner of tile `index`, in pixels of the finished picture.
struct TilePosition {
  std::int64_t x, y;
  friend bool operator==(const TilePosition&, const TilePosition&) = default;
};
TilePosition tile_position(std::int64_t index, std::int64_t height, std::int64_t width,
                           const GridOptions& options);

}  // namespace gradzoo
