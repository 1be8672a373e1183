#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/plot/canvas.h"
#include "gradzoo/plot/scale.h"

namespace gradzoo {

/// Values at the centres of a regular grid, row by row, row 0 first. No values: no field.
struct Field {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values = {};  // (rows, columns)

  bool empty() const { return values.empty(); }
  double at(std::int64_t row, std::int64_t column) const;
  /// Bilinear between centres, beyond the outermost ones as at them; x along the columns, y along the rows,
  /// (0, 0) at the first centre. NaN where a neighbour is not finite.
  double interpolated(double x, double y) const;
};

/// Throws Error unless rows * columns is the number of values.
void check_field(const Field& field);

/// The lines on which the field equals `level`, by marching squares: segments of two points each, in units of
/// the grid as in Field::interpolated. Squares with a corner that is not finite are left out.
std::vector<std::vector<Point>> contour_lines(const Field& field, double level);

/// The density above which lie the given shares (0 to 1) of all probability: the borders of the
/// highest-density regions. Values that are not finite or negative count as 0; a field of zeros gives no
/// levels.
std::vector<double> highest_density_levels(const Field& density, std::span<const double> shares);

/// A vector at a place, both in the units of the axes.
struct Arrow {
  Point tail = {}, vector = {};
};

/// One view of a rectangle of the plane; what is empty is not drawn.
struct PlaneView {
  std::string title = {};
  Range x = {-1, 1}, y = {-1, 1};
  Field density = {};  ///< filled contours; its grid covers the rectangle, values at the cells' centres
  std::string density_name = "density";  ///< beside the scale; the first view's with a density stands
  bool probability = false;  ///< its colours go from 0 to 1, in even steps, whatever the values are
  Field contours = {};       ///< the same kind of grid, as the borders of its regions of highest density
  std::vector<Point> points = {};
  std::vector<int> labels =
      {};  ///< one a point, >= 0: its colour, and a name at the median of each; empty: none
  std::vector<Arrow> arrows = {};
  std::vector<std::vector<Point>> paths = {};  ///< each in a class's colour, with a dot where it begins
};

/// The views side by side, four in a row, one unit as long in all of them and along both axes.
///
/// Densities share one colour scale, with a bar at the right: colour goes by the square root, so that low
/// modes stay visible, up to the highest density of any view, but at most six times the peak of the flattest
/// one, so that a spike does not blank the views beside it. Cells without a finite value are grey.
///
/// Contours enclose 50, 90 and 99 % of the probability.
///
/// Arrows share one scale too: their length grows like log(1 + |v| / median), and is full from the 90th
/// percentile of |v| on, so that a far field does not dominate: compare directions, not lengths. A full arrow
/// reaches almost to the next tail.
///
/// Points beyond the rectangle are not drawn but counted in a remark. Throws Error for no view, a rectangle
/// without area or with sides more than tenfold apart, and a field whose sizes disagree.
Image draw_planes(const std::vector<PlaneView>& views);

/// Where everything of a picture of planes stands, in pixels.
struct PlaneLayout {
  int width = 0, height = 0;
  std::vector<Rect> plots = {};  ///< one a view
  Rect scale = {};               ///< the bar of colours; without area if there is none
};

/// At most 1400 pixels wide and 500 a row of four views, 800 of labelled points. Throws as draw_planes does.
PlaneLayout lay_out(const std::vector<PlaneView>& views, bool with_scale);

/// What makes the arrows of all views of a picture comparable.
struct ArrowScale {
  double median = 0;   ///< of |v| over all arrows that are finite and not 0; 0: there is none
  double longest = 0;  ///< |v| from which on an arrow has its full length: the 90th percentile
  double length = 0;   ///< that length in pixels: just short of the usual distance between neighbouring tails
};

ArrowScale arrow_scale(const std::vector<PlaneView>& views, double pixels_per_unit);

}  // namespace gradzoo
