#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/plot/canvas.h"
#include "gradzoo/plot/scale.h"

namespace gradzoo {

/// A field of values at the centres of a regular grid, row by row, row 0 first. It is empty without values.
struct Field {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values = {};  // (rows, columns)

  bool empty() const { return values.empty(); }
  double at(std::int64_t row, std::int64_t column) const;
  /// Interpolates bilinearly between centres and is constant outside them; x is along the columns, y along
  /// the rows, and (0, 0) is the first centre. Returns NaN if a neighbour is not finite.
  double interpolated(double x, double y) const;
};

/// Throws Error unless rows * columns is the number of values.
void check_field(const Field& field);

/// Returns the lines where the field equals `level`, from marching squares: segments of two points each, in
/// the units of Field::interpolated. Squares with a corner that is not finite are skipped.
std::vector<std::vector<Point>> contour_lines(const Field& field, double level);

/// Returns, for each share (0 to 1), the density at the border of the highest-density region with this share
/// of the probability. Values that are not finite or negative count as 0; a field of zeros has no levels.
std::vector<double> highest_density_levels(const Field& density, std::span<const double> shares);

/// A vector at a point, both in the units of the axes.
struct Arrow {
  Point tail = {}, vector = {};
};

/// One view of a rectangle of the plane. Empty members are not drawn.
struct PlaneView {
  std::string title = {};
  Range x = {-1, 1}, y = {-1, 1};
  Field density = {};                    ///< density that is shown in colours; its grid covers the rectangle
  std::string density_name = "density";  ///< name at the scale, from the first view with a density
  bool probability = false;              ///< true: colours go linearly from 0 to 1 for any values
  Field contours = {};                   ///< density whose highest-density regions are outlined
  std::vector<Point> points = {};
  std::vector<int> labels = {};  ///< label >= 0 per point: its colour and a name at the median; empty: none
  std::vector<Arrow> arrows = {};
  std::vector<std::vector<Point>> paths = {};  ///< lines in the classes' colours, with a dot at their begin
};

/// Draws the views next to each other, four per row, with the same length of a unit in all views and along
/// both axes.
///
/// Densities share one colour scale, with a bar at the right. Colours depend on the square root of the
/// density, so that low modes stay visible. The scale ends at the highest density of any view, but at most at
/// six times the peak of the flattest view, so that a spike does not blank the other views. Cells without a
/// finite value are grey.
///
/// Contours enclose 50, 90 and 99 % of the probability.
///
/// Arrows share one scale too. Their length grows like log(1 + |v| / median) and is constant above the 90th
/// percentile of |v|, so that a far field does not dominate: compare directions, not lengths. The longest
/// arrows almost reach the next tail.
///
/// Points outside the rectangle are not drawn; a remark counts them. Throws Error if there are no views, if a
/// rectangle has no area or its sides differ more than tenfold, or if the sizes of a field disagree.
Image draw_planes(const std::vector<PlaneView>& views);

/// Positions in a picture of planes, in pixels.
struct PlaneLayout {
  int width = 0, height = 0;
  std::vector<Rect> plots = {};  ///< one rectangle per view
  Rect scale = {};               ///< colour bar, without area if it is not shown
};
/// Returns a layout of at most 1400 pixels in width and 500 in height per row of four views, or 800 with
/// labelled points. Throws as draw_planes does.
PlaneLayout lay_out(const std::vector<PlaneView>& views, bool with_scale);

/// The common scale of the arrows in all views.
struct ArrowScale {
  double median = 0;   ///< median of |v| over all arrows that are finite and not 0; 0: no such arrow
  double longest = 0;  ///< 90th percentile of |v|, where an arrow has its full length
  double length = 0;   ///< full length in pixels: a little less than the usual distance of the tails
};

ArrowScale arrow_scale(const std::vector<PlaneView>& views, double pixels_per_unit);

}  // namespace gradzoo
