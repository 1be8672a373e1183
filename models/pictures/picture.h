#pragma once

#include <string>
#include <variant>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Images in rows, for example samples; `row_captions` name the rows if they differ in meaning.
struct ImageGrid {
  Tensor pixels;                               ///< (n, H, W) in [0,1], or (n, H, W, 3): red, green, blue
  int64_t columns = 10;                        ///< number of columns
  std::vector<std::string> row_captions = {};  ///< one caption per row; empty: none
};

/// Points in the plane, coloured by label.
struct Scatter {
  Tensor points;               ///< (n, 2)
  Tensor labels;               ///< (n) i64
  std::string x_name, y_name;  ///< names of the axes
};

/// Bars, one per value.
struct Bars {
  std::vector<double> values;           ///< heights
  std::string x_name, y_name;           ///< names of the axes; y_name has the unit
  std::vector<std::string> names = {};  ///< one name per bar; empty: 1, 2, 3, ...
  std::vector<double> expected = {};    ///< one true value per bar, drawn as a line; empty: none
  std::vector<double> places = {};      ///< middle of each bar on an axis of data; it names the bar
  int lengths = 0;                      ///< power of a length in the values: -1 for a density
};
/// Returns names of bars from places, with as many digits as distinguish them.
std::vector<std::string> names_of_places(const std::vector<double>& places);

/// One view of a rectangle of the plane. Undefined parts are not drawn.
struct Plane {
  std::string title;                                      ///< title above the plane
  double x_low = -1, x_high = 1, y_low = -1, y_high = 1;  ///< range of both axes
  Tensor density = {};  ///< (rows, columns) at the centres of a regular grid, row 0 lowest: filled contours
  std::string density_name = "density";  ///< label of the colour scale
  bool probability = false;              ///< true for a colour scale from 0 to 1
  Tensor contours = {};     ///< grid like `density`, drawn as lines: the true density under samples
  Tensor points = {};       ///< (n, 2): dots
  Tensor arrow_tails = {};  ///< (m, 2): starting points of arrows
  Tensor arrows = {};       ///< (m, 2): vectors with a common scale
  Tensor paths = {};        ///< (k, n, 2): k lines of n points, with a dot at the start
};

/// Planes in one row, with equal units: for example the learned and the true density.
struct Planes {
  std::vector<Plane> planes;  ///< planes from left to right
};

/// A picture of a model, as data that tools draw.
struct Picture {
  std::string name;     ///< file name without extension: "reconstructions"
  std::string caption;  ///< content and points to notice, in a sentence or two
  std::variant<ImageGrid, Scatter, Bars, Planes> content;  ///< data of the picture
  bool of_codes = false;                                   ///< true if points and planes show codes, not data
};

}  // namespace gradzoo
