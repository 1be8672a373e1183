#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plot/canvas.h"

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

}  // namespace gradzoo
