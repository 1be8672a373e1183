#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/eval/quadrature.h"

namespace gradzoo {
namespace {

Box grown(Box box, double margin) {
  for (double& low : box.low) low -= margin;
  for (double& high : box.high) high += margin;
  return box;
}

/// Convolution along one axis as a matrix: K[i][j] = N(x_i - x_j; 0, noise^2) step, and its derivative in
/// x_i.
struct Kernel {
  Kernel(double side, int64_t cells, double noise) {
    const double step = side / static_cast<double>(cells);
    if (noise < 2 * step)
      throw Error("noised_toy: noise {} spans less than two cells of {}. Hint: use more cells", noise, step);
    const Tensor i = arange(cells, DType::f64) * step;
    const Tensor apart = reshape(i, {cells, 1}) - reshape(i, {1, cells});
    smooth =
        exp(square(apart) * (-0.5 / (noise * noise))) * (step / (noise * std::sqrt(2 * std::numbers::pi)));
    slope = apart * smooth * (-1 / (noise * noise));
  }
  Tensor smooth, slope;  // (cells, cells)
};

// slope / p, 0 where p is 0: (count, d).
Tensor quotient(const Tensors& slopes, const Tensor& p) {
  const auto d = static_cast<int64_t>(slopes.size());
  Tensor score = zeros({p.size(), d}, DType::f64);
  double* out = score.mutable_data<double>();
  for (int64_t i = 0; i < p.size(); ++i) {
    const double at = p.data<double>()[i];
    for (int64_t k = 0; k < d && at > 0; ++k)
      out[i * d + k] = slopes[static_cast<size_t>(k)].data<double>()[i] / at;
  }
  return score;
}

// The centres around a point, and how much each counts: the last axis runs fastest.
std::vector<std::pair<int64_t, double>> corners_around(const Grid& grid, const double* point) {
  std::vector<std::pair<int64_t, double>> corners = {{0, 1.0}};
  for (size_t axis = 0; axis < grid.box.low.size(); ++axis) {
    const double share_of_side =
        (point[axis] - grid.box.low[axis]) / (grid.box.high[axis] - grid.box.low[axis]);
    const auto last = static_cast<double>(grid.cells - 1);
    const double place = std::clamp(share_of_side * static_cast<double>(grid.cells) - 0.5, 0.0, last);
    const int64_t low = std::min(static_cast<int64_t>(place), grid.cells - 2);
    const double share = place - static_cast<double>(low);
    std::vector<std::pair<int64_t, double>> next;
    for (const auto& [cell, weight] : corners) {
      next.emplace_back(cell * grid.cells + low, weight * (1 - share));
      next.emplace_back(cell * grid.cells + low + 1, weight * share);
    }
    corners = std::move(next);
  }
  return corners;
}

}  // namespace

Tensor score_at(const NoisedToy& toy, const Tensor& x) {
  const int64_t d = toy.grid.box.dimensions();
  if (x.rank() != 2 || x.dim(1) != d || !toy.score.defined())
    throw Error("score_at: points {} and a grid of {} dimensions{}. Hint: give (n, {})", x.shape().str(), d,
                toy.score.defined() ? "" : " without a score", d);
  const std::vector<double> points = x.to_vector();
  const double* score = toy.score.data<double>();
  Tensor out = zeros(x.shape(), DType::f64);
  double* values = out.mutable_data<double>();
  for (int64_t i = 0; i < x.dim(0); ++i)
    for (const auto& [cell, weight] : corners_around(toy.grid, points.data() + i * d))
      for (int64_t k = 0; k < d; ++k) values[i * d + k] += weight * score[cell * d + k];
  return out;
}

NoisedToy noised_toy(const Toy& toy, double noise, int64_t cells) {
  if (const std::string reason = toy.why_no_density(); !reason.empty()) throw Error("{}", reason);
  const NoGrad quiet;
  NoisedToy out{.grid = Grid(grown(toy.box(), 6 * noise), cells), .log_p = {}, .score = {}};
  const Grid& grid = out.grid;
  const Tensor log_p = on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); });
  const double log_z = log_partition(grid, log_p);
  if (noise == 0) {
    out.log_p = log_p - log_z;
    if (toy.why_no_score().empty()) out.score = on_grid(grid, [&](const Tensor& x) { return toy.score(x); });
    return out;
  }
  const Tensor p = exp(log_p - log_z);
  const auto kernel = [&](size_t axis) {
    return Kernel(grid.box.high[axis] - grid.box.low[axis], cells, noise);
  };
  const Kernel first = kernel(0);
  Tensor smoothed;
  Tensors slopes;
  if (grid.box.dimensions() == 1) {
    const Tensor column = reshape(p, {cells, 1});
    smoothed = matmul(first.smooth, column);
    slopes = {matmul(first.slope, column)};
  } else {
    const Kernel second = kernel(1);
    const Tensor plane = reshape(p, {cells, cells});  // rows are the first axis
    const Tensor along = matmul(plane, second.smooth, false, true);
    smoothed = matmul(first.smooth, along);
    slopes = {matmul(first.slope, along), matmul(first.smooth, matmul(plane, second.slope, false, true))};
  }
  out.log_p = log(reshape(smoothed, {grid.count()}));
  out.score = quotient(slopes, smoothed);
  return out;
}

}  // namespace gradzoo
