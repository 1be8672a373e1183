#include "gradzoo/experiments/draw_picture.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/plot/chart.h"
#include "gradzoo/plot/plane.h"
#include "plot/grid.h"

namespace gradzoo {
namespace {

// A tile has at least 32 pixels of the picture a side, and is shown as it is where it has 64 by itself.
int scale_of(int64_t side) {
  constexpr int64_t kLeastSide = 32, kWide = 64;
  return static_cast<int>(side >= kWide ? 1 : std::max<int64_t>(2, kLeastSide / side));
}

Drawing draw(const ImageGrid& grid, const std::string&) {
  GridOptions options;
  options.columns = grid.columns;
  options.scale = scale_of(std::max<int64_t>(1, grid.pixels.dim(1)));
  if (grid.pixels.rank() == 4) options.channels = static_cast<int>(grid.pixels.dim(3));
  const auto period = static_cast<int64_t>(grid.row_captions.size());
  if (period > 0) {
    const int64_t rows = (grid.pixels.dim(0) + grid.columns - 1) / grid.columns;
    for (int64_t row = 0; row < rows; ++row)
      options.row_labels.push_back(grid.row_captions[static_cast<size_t>(row % period)]);
    options.rows_per_group = period;
  }
  const std::vector<double> values = grid.pixels.to_vector();
  return png_drawing(image_grid(std::vector<float>(values.begin(), values.end()), grid.pixels.dim(1),
                                grid.pixels.dim(2), options));
}

Drawing draw(const Bars& bars, const std::string& title) {
  return draw_chart(BarChart{.title = title,
                             .x_label = bars.x_name,
                             .y_label = bars.y_name,
                             .values = bars.values,
                             .names = bars.names,
                             .expected = bars.expected});
}

Field field_of(const Tensor& values) {
  if (!values.defined()) return {};
  if (values.rank() != 2)
    throw Error("picture: a field of shape {} is not a grid. Hint: give (rows, columns).",
                values.shape().str());
  return {values.dim(0), values.dim(1), values.to_vector()};
}

std::vector<Point> points_of(const Tensor& points) {
  if (!points.defined()) return {};
  if (points.rank() != 2 || points.dim(1) != 2)
    throw Error("picture: points of shape {} are not in the plane. Hint: give (n, 2).", points.shape().str());
  const std::vector<double> values = points.to_vector();  // (n, 2)
  std::vector<Point> result;
  for (size_t i = 0; i + 1 < values.size(); i += 2) result.push_back({values[i], values[i + 1]});
  return result;
}

std::vector<Arrow> arrows_of(const Plane& plane) {
  const std::vector<Point> tails = points_of(plane.arrow_tails), vectors = points_of(plane.arrows);
  if (tails.size() != vectors.size()) {
    throw Error("picture: {} arrow tails for {} arrows. Hint: give one of each.", tails.size(),
                vectors.size());
  }
  std::vector<Arrow> arrows;
  for (size_t i = 0; i < tails.size(); ++i) arrows.push_back({tails[i], vectors[i]});
  return arrows;
}

std::vector<std::vector<Point>> paths_of(const Tensor& paths) {
  if (!paths.defined()) return {};
  if (paths.rank() != 3)
    throw Error("picture: paths of shape {} are not in the plane. Hint: give (k, n, 2).",
                paths.shape().str());
  std::vector<std::vector<Point>> result;
  for (int64_t i = 0; i < paths.dim(0); ++i)
    result.push_back(points_of(reshape(slice(paths, 0, i, i + 1), {paths.dim(1), paths.dim(2)})));
  return result;
}

// One unit is as long on both axes.
Drawing draw(const Scatter& scatter, const std::string& title) {
  PlaneView view{.title = fmt::format("{}: x {}, y {}", title, scatter.x_name, scatter.y_name),
                 .points = points_of(scatter.points)};
  std::vector<double> x, y;
  for (const Point& point : view.points) x.push_back(point.x), y.push_back(point.y);
  for (const double label : scatter.labels.to_vector()) view.labels.push_back(static_cast<int>(label));
  view.x = padded({range_of(x)}, 0.03), view.y = padded({range_of(y)}, 0.03);
  const double side = std::max(view.x.high - view.x.low, view.y.high - view.y.low);
  for (Range* range : {&view.x, &view.y}) {
    const double middle = (range->low + range->high) / 2;
    *range = {middle - side / 2, middle + side / 2};
  }
  return png_drawing(draw_planes({view}));
}

Drawing draw(const Planes& planes, const std::string&) {
  std::vector<PlaneView> views;
  for (const Plane& plane : planes.planes) {
    views.push_back({.title = plane.title,
                     .x = {plane.x_low, plane.x_high},
                     .y = {plane.y_low, plane.y_high},
                     .density = field_of(plane.density),
                     .density_name = plane.density_name,
                     .probability = plane.probability,
                     .contours = field_of(plane.contours),
                     .points = points_of(plane.points),
                     .arrows = arrows_of(plane),
                     .paths = paths_of(plane.paths)});
  }
  return png_drawing(draw_planes(views));
}

}  // namespace

Drawing draw_picture(const Picture& picture) {
  std::string title = picture.name;
  std::ranges::replace(title, '_', ' ');
  return std::visit([&](const auto& content) { return draw(content, title); }, picture.content);
}

}  // namespace gradzoo
