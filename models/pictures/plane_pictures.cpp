#include "gradzoo/models/pictures/plane_pictures.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"

namespace gradzoo {
namespace {

constexpr int64_t kArrows = 16;         // along an axis
constexpr double kVisible = 1.0 / 500;  // of the largest density

void check_plane(const Toy& toy) {
  if (toy.dimensions() != 2)
    throw Error("a picture of the plane: '{}' has {} dimensions. Hint: use a 2-D toy such as ring8",
                toy.name(), toy.dimensions());
  if (const std::string reason = toy.why_no_density(); !reason.empty()) throw Error(reason);
}

Tensor true_log_density(const Toy& toy, const Grid& grid) {
  return on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); });
}

// The density as rows from the lowest y up, columns by x: the grid has y fastest.
Tensor as_image(const Tensor& log_values, double log_partition) {
  return transpose(exp(reshape(log_values, {kDensityCells, kDensityCells}) - log_partition));
}

struct View {
  explicit View(const Toy& toy)
      : grid(visible_box(toy), kDensityCells), density(as_image(true_log_density(toy, grid), 0)) {}

  Plane plane(std::string title) const {
    const Box& box = grid.box;
    return {std::move(title), box.low[0], box.high[0], box.low[1], box.high[1]};
  }
  Plane contours(std::string title) const {
    Plane plane = this->plane(std::move(title));
    plane.contours = density;
    return plane;
  }

  Grid grid;
  Tensor density;  // (kDensityCells, kDensityCells) f64
};

Plane samples_plane(const View& view, const Tensor& points) {
  Plane plane = view.contours("samples over the true density");
  plane.points = points;
  return plane;
}

// Where arrows begin: the centres of a coarse grid where there is density.
Tensor arrow_tails(const Toy& toy, const Box& box) {
  const Grid grid(box, kArrows);
  const std::vector<double> log_p = true_log_density(toy, grid).to_vector();
  const double least = *std::max_element(log_p.begin(), log_p.end()) + std::log(kVisible);
  const Tensor points = grid.points(0, grid.count());
  std::vector<double> tails;
  for (size_t i = 0; i < log_p.size(); ++i)
    if (log_p[i] > least)
      tails.insert(tails.end(), points.data<double>() + 2 * i, points.data<double>() + 2 * i + 2);
  return tensor(tails, {static_cast<int64_t>(tails.size()) / 2, 2}, DType::f64);
}

}  // namespace

bool in_plane(const Toy* toy) {
  return toy != nullptr && toy->dimensions() == 2 && toy->why_no_density().empty();
}

Box visible_box(const Toy& toy) {
  check_plane(toy);
  const Grid grid(toy.box(), kDensityCells);
  const std::vector<double> log_p = true_log_density(toy, grid).to_vector();
  const double least = *std::max_element(log_p.begin(), log_p.end()) + std::log(kVisible);
  const Tensor points = grid.points(0, grid.count());
  Box seen{{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
  for (size_t i = 0; i < log_p.size(); ++i) {
    if (log_p[i] <= least) continue;
    for (size_t axis = 0; axis < 2; ++axis) {
      const double value = points.data<double>()[2 * i + axis];
      seen.low[axis] = std::min(seen.low[axis], value);
      seen.high[axis] = std::max(seen.high[axis], value);
    }
  }
  return seen.scaled(1.1);
}

Plane samples_over_truth(const Toy& toy, const Tensor& points) { return samples_plane(View(toy), points); }

Picture density_picture(std::string name, std::string caption, const Toy& truth, TensorFn log_density,
                        const Tensor& samples, DType dtype) {
  const View view(truth);
  Plane left = view.plane("true density"), right = view.plane("learned density");
  left.density = view.density;
  const Grid whole(truth.box(), kDensityCells);
  right.density = as_image(on_grid(view.grid, log_density, dtype),
                           log_partition(whole, on_grid(whole, log_density, dtype)));
  Planes planes{{std::move(left), std::move(right)}};
  if (samples.defined()) planes.planes.push_back(samples_plane(view, samples));
  return {std::move(name), std::move(caption), std::move(planes)};
}

Picture score_picture(std::string name, std::string caption, const Toy& truth, TensorFn score, DType dtype) {
  const View view(truth);
  const Tensor tails = arrow_tails(truth, view.grid.box);
  Plane left = view.contours("true score"), right = view.contours("learned score");
  if (truth.why_no_score().empty()) {
    left.arrow_tails = tails;
    left.arrows = truth.score(tails);
  }
  right.arrow_tails = tails;
  right.arrows = cast(score(cast(tails, dtype)), DType::f64);
  return {std::move(name), std::move(caption), Planes{{std::move(left), std::move(right)}}};
}

}  // namespace gradzoo
