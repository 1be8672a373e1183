#include "models/eval/plane_views.h"

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/eval/quadrature.h"

namespace gradzoo {
namespace {

constexpr int64_t kCells = 160;

Plane empty_plane(const std::string& title, const Box& box) {
  if (box.dimensions() != 2) {
    throw Error("plane '{}': the box has {} dimensions. Hint: a toy of two", title, box.dimensions());
  }
  return {
      .title = title, .x_low = box.low[0], .x_high = box.high[0], .y_low = box.low[1], .y_high = box.high[1]};
}

// The grid's last axis, y, runs fastest; a plane's rows are y, its columns x.
Tensor density_grid(const Box& box, TensorFn log_density, DType dtype, int64_t cells) {
  const NoGrad quiet;
  const Grid grid(box, cells);
  const Tensor log_values = on_grid(grid, log_density, dtype);
  return transpose(reshape(exp(log_values - log_partition(grid, log_values)), {cells, cells}));
}

Tensor inside(const Tensor& points, const Box& box) {
  const std::vector<double> values = points.to_vector();
  std::vector<double> kept;
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    const double x = values[i], y = values[i + 1];
    if (x >= box.low[0] && x <= box.high[0] && y >= box.low[1] && y <= box.high[1])
      kept.insert(kept.end(), {x, y});
  }
  return tensor(kept, {static_cast<int64_t>(kept.size() / 2), 2});
}

}  // namespace

Plane density_plane(const std::string& title, const Box& box, TensorFn log_density, DType dtype,
                    int64_t cells) {
  Plane plane = empty_plane(title, box);
  plane.density = density_grid(box, log_density, dtype, cells);
  return plane;
}

Plane samples_plane(const std::string& title, const Toy& truth, const Tensor& points) {
  const Box box = truth.box();
  Plane plane = empty_plane(title, box);
  if (truth.why_no_density().empty()) {
    const auto log_prob = [&](const Tensor& x) { return truth.log_prob(x); };
    plane.contours = density_grid(box, log_prob, DType::f64, kCells);
  }
  plane.points = inside(points, box);
  return plane;
}

Plane score_plane(const std::string& title, const Box& box, TensorFn score, DType dtype, int64_t arrows) {
  const NoGrad quiet;
  Plane plane = empty_plane(title, box);
  const Grid grid(box, arrows);
  plane.arrow_tails = grid.points(0, grid.count(), dtype);
  plane.arrows = score(plane.arrow_tails);
  return plane;
}

Plane truth_plane(const Toy& truth) {
  const auto log_prob = [&](const Tensor& x) { return truth.log_prob(x); };
  return density_plane("truth", truth.box(), log_prob, DType::f64, kCells);
}

}  // namespace gradzoo
