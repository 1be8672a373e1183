#include "runs/draw_picture.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "plot/chart.h"
#include "plot/grid.h"
#include "plot/plane.h"
#include "runs/metrics_log.h"

namespace gradzoo {
namespace {

// A tile has at least 32 pixels of the picture a side, and is shown as it is where it has 64 by itself.
int scale_of(int64_t side) {
  constexpr int64_t kLeastSide = 32, kWide = 64;
  return static_cast<int>(side >= kWide ? 1 : std::max<int64_t>(2, kLeastSide / side));
}

Image draw(const ImageGrid& grid, const std::string&) {
  GridOptions options;
  options.columns = grid.columns;
  options.scale = scale_of(std::max<int64_t>(1, grid.pixels.dim(1)));
  if (grid.pixels.rank() == 4) options.channels = static_cast<int>(grid.pixels.dim(3));
  const auto period = static_cast<int64_t>(grid.row_captions.size());
  if (period > 0) {
    const int64_t rows = (grid.pixels.dim(0) + grid.columns - 1) / grid.columns;
    for (int64_t row = 0; row < rows; ++row) {
      options.row_labels.push_back(grid.row_captions[static_cast<size_t>(row % period)]);
    }
    options.rows_per_group = period;
  }
  const std::vector<double> values = grid.pixels.to_vector();
  return image_grid(std::vector<float>(values.begin(), values.end()), grid.pixels.dim(1), grid.pixels.dim(2),
                    options);
}

Image draw(const Scatter& scatter, const std::string& title) {
  ScatterChart chart;
  chart.title = title;
  chart.x_label = scatter.x_name;
  chart.y_label = scatter.y_name;
  const std::vector<double> points = scatter.points.to_vector();  // (n, 2)
  for (size_t i = 0; i + 1 < points.size(); i += 2) {
    chart.x.push_back(points[i]);
    chart.y.push_back(points[i + 1]);
  }
  for (double label : scatter.labels.to_vector()) chart.label.push_back(static_cast<int>(label));
  return draw_chart(chart);
}

Image draw(const Bars& bars, const std::string& title) {
  BarChart chart;
  chart.title = title;
  chart.x_label = bars.x_name;
  chart.y_label = bars.y_name;
  chart.values = bars.values;
  chart.names = bars.names;
  chart.expected = bars.expected;
  return draw_chart(chart);
}

Field field_of(const Tensor& values) {
  if (!values.defined()) return {};
  if (values.rank() != 2) {
    throw Error("picture: a field of shape {} is no grid. Hint: (rows, columns).", values.shape().str());
  }
  return {values.dim(0), values.dim(1), values.to_vector()};
}

std::vector<Point> points_of(const Tensor& points) {
  if (!points.defined()) return {};
  if (points.rank() != 2 || points.dim(1) != 2) {
    throw Error("picture: points of shape {} are not in the plane. Hint: (n, 2).", points.shape().str());
  }
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

Image draw(const Planes& planes, const std::string&) {
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
                     .arrows = arrows_of(plane)});
  }
  return draw_planes(views);
}

}  // namespace

Image draw_picture(const Picture& picture) {
  return std::visit([&](const auto& content) { return draw(content, metric_name(picture.name).name); },
                    picture.content);
}

}  // namespace gradzoo
