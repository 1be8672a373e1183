#pragma once

#include <string>
#include <variant>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Images in rows, e.g. samples; `row_captions` name the rows if they differ in meaning.
struct ImageGrid {
  Tensor pixels;                               ///< (n, H, W) in [0,1], or (n, H, W, 3): red, green, blue
  int64_t columns = 10;                        ///< of the grid
  std::vector<std::string> row_captions = {};  ///< one a row; empty: none
};

/// Points in the plane, coloured by label.
struct Scatter {
  Tensor points;               ///< (n, 2)
  Tensor labels;               ///< (n) i64
  std::string x_name, y_name;  ///< of the axes
};

/// One bar a value.
struct Bars {
  std::vector<double> values;           ///< heights
  std::string x_name, y_name;           ///< the unit in y_name
  std::vector<std::string> names = {};  ///< one a bar; empty: 1, 2, 3, ...
  std::vector<double> expected = {};    ///< one a bar, drawn as a line over them: the truth; empty: none
  std::vector<double> places = {};      ///< one a bar: the middle on an axis of data, which names it
  int lengths = 0;                      ///< of places: the power of a length in the values, -1 of a density
};
/// Places as names of bars, with as many digits as tell them apart.
std::vector<std::string> names_of_places(const std::vector<double>& places);

/// One view of a rectangle of the plane. Undefined parts are not drawn.
struct Plane {
  std::string title;                                      ///< above it
  double x_low = -1, x_high = 1, y_low = -1, y_high = 1;  ///< what it shows
  Tensor density = {};  ///< (rows, columns) at the centres of a regular grid, row 0 lowest: filled contours
  std::string density_name = "density";  ///< what the scale of colours shows
  bool probability = false;              ///< the scale is from 0 to 1 whatever the values are
  Tensor contours = {};     ///< the same kind of grid, drawn as lines alone: the truth under samples
  Tensor points = {};       ///< (n, 2): dots over it
  Tensor arrow_tails = {};  ///< (m, 2)
  Tensor arrows = {};       ///< (m, 2): vectors, drawn to one common scale
  Tensor paths = {};        ///< (k, n, 2): k lines of n points, with a dot where each begins
};

/// Planes side by side, all with equal units: the learned density beside the truth.
struct Planes {
  std::vector<Plane> planes;  ///< from left to right
};

/// A picture of a model as data; the tools draw it.
struct Picture {
  std::string name;     ///< file name without ending, e.g. "reconstructions"
  std::string caption;  ///< what it shows and what to look for, a sentence or two
  std::variant<ImageGrid, Scatter, Bars, Planes> content;  ///< what is drawn
  bool of_codes = false;                                   ///< points and planes are of codes, not of data
};

}  // namespace gradzoo
