#include "tools/run/draw_picture.h"

#include <vector>

#include "tools/plot/chart.h"
#include "tools/plot/grid.h"
#include "tools/run/metric_name.h"

namespace gradzoo {
namespace {

Image draw_grid(const Tensor& pixels, const GridOptions& options) {
  const std::vector<double> values = pixels.to_vector();
  return image_grid(std::vector<float>(values.begin(), values.end()), pixels.dim(1), pixels.dim(2), options);
}

Image draw(const ImageGrid& grid, const std::string&) {
  GridOptions options;
  options.columns = grid.columns;
  const auto period = static_cast<int64_t>(grid.row_captions.size());
  if (period > 0) {
    const int64_t rows = (grid.pixels.dim(0) + grid.columns - 1) / grid.columns;
    for (int64_t row = 0; row < rows; ++row) {
      options.row_labels.push_back(grid.row_captions[static_cast<size_t>(row % period)]);
    }
    options.rows_per_group = period;
  }
  return draw_grid(grid.pixels, options);
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
  return draw_chart(chart);
}

}  // namespace

Image draw_picture(const Picture& picture) {
  return std::visit([&](const auto& content) { return draw(content, metric_name(picture.name).name); },
                    picture.content);
}

Image draw_images(const Tensor& pixels, int64_t columns) { return draw_grid(pixels, {.columns = columns}); }

}  // namespace gradzoo
