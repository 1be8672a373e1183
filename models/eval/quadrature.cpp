#include "gradzoo/models/eval/quadrature.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

constexpr int64_t kChunk = 4096;  // points asked at once

// log sum_i exp values_i, 0 <= i < n.
double log_sum(const double* values, int64_t n) {
  const double largest = *std::max_element(values, values + n);
  if (largest == -INFINITY) return -INFINITY;
  double total = 0;
  for (int64_t i = 0; i < n; ++i) total += std::exp(values[i] - largest);
  return largest + std::log(total);
}

void check_values(const Grid& grid, const Tensor& values, const char* what) {
  if (values.rank() < 1 || values.dim(0) != grid.count() || values.dtype() != DType::f64)
    throw Error("{}: expected f64 values at the grid's {} points, got {} of {}. Hint: call on_grid(grid, fn)",
                what, grid.count(), values.shape().str(), dtype_name(values.dtype()));
}

// p log(p / q) from logarithms; 0 where p is 0.
double kl_term(double log_p, double log_q) {
  return log_p == -INFINITY ? 0 : std::exp(log_p) * (log_p - log_q);
}

}  // namespace

Grid::Grid(Box bounds, int64_t count_per_axis) : box(std::move(bounds)), cells(count_per_axis), volume(1) {
  if (box.dimensions() < 1 || box.dimensions() > 2 || box.low.size() != box.high.size())
    throw Error("quadrature: a box of {} dimensions. Hint: use 1 or 2", box.dimensions());
  if (cells < 1 || cells > 4096)
    throw Error("quadrature: {} cells along an axis. Hint: use 1 to 4096", cells);
  for (size_t i = 0; i < box.low.size(); ++i)
    volume *= (box.high[i] - box.low[i]) / static_cast<double>(cells);
}

int64_t Grid::count() const { return box.dimensions() == 1 ? cells : cells * cells; }

Tensor Grid::points(int64_t begin, int64_t end, DType dtype) const {
  const int64_t d = box.dimensions();
  Tensor x = empty({end - begin, d}, DType::f64);
  double* values = x.mutable_data<double>();
  for (int64_t index = begin; index < end; ++index) {
    int64_t rest = index;
    for (int64_t axis = d - 1; axis >= 0; --axis) {
      const auto a = static_cast<size_t>(axis);
      const double side = (box.high[a] - box.low[a]) / static_cast<double>(cells);
      values[(index - begin) * d + axis] = box.low[a] + (static_cast<double>(rest % cells) + 0.5) * side;
      rest /= cells;
    }
  }
  return dtype == DType::f64 ? x : cast(x, dtype);
}

Tensor on_grid(const Grid& grid, TensorFn fn, DType dtype) {
  const NoGrad no_grad;
  Tensors parts;
  for (int64_t begin = 0; begin < grid.count(); begin += kChunk) {
    const int64_t end = std::min(begin + kChunk, grid.count());
    const Tensor values = fn(grid.points(begin, end, dtype));
    if (values.rank() < 1 || values.dim(0) != end - begin)
      throw Error("on_grid: {} points gave values of shape {}. Hint: return one value (or row) per point",
                  end - begin, values.shape().str());
    parts.push_back(cast(values, DType::f64));
  }
  return concat(parts, 0);
}

double log_partition(const Grid& grid, const Tensor& log_values) {
  check_values(grid, log_values, "log_partition");
  const double* values = log_values.data<double>();
  for (int64_t i = 0; i < grid.count(); ++i)
    if (std::isnan(values[i]) || values[i] == INFINITY)
      throw Error(
          "log_partition: the log-density at point {} of the grid is {}. Hint: check that the model has not "
          "diverged, or use a smaller box",
          i, values[i]);
  return log_sum(values, grid.count()) + std::log(grid.volume);
}

double kl_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& log_q) {
  const double shift_p = log_partition(grid, log_p), shift_q = log_partition(grid, log_q);
  const double *p = log_p.data<double>(), *q = log_q.data<double>();
  double total = 0;
  for (int64_t i = 0; i < grid.count(); ++i) total += kl_term(p[i] - shift_p, q[i] - shift_q);
  return total * grid.volume;
}

double jsd_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& log_q) {
  const double shift_p = log_partition(grid, log_p), shift_q = log_partition(grid, log_q);
  const double *p = log_p.data<double>(), *q = log_q.data<double>();
  double total = 0;
  for (int64_t i = 0; i < grid.count(); ++i) {
    const double pair[2] = {p[i] - shift_p, q[i] - shift_q};
    const double log_m = log_sum(pair, 2) - std::log(2.0);
    total += (kl_term(pair[0], log_m) + kl_term(pair[1], log_m)) / 2;
  }
  return total * grid.volume;
}

double fisher_divergence_on_grid(const Grid& grid, const Tensor& log_p, const Tensor& score_p,
                                 const Tensor& score_q) {
  const double shift = log_partition(grid, log_p);
  check_values(grid, score_p, "fisher_divergence_on_grid");
  check_values(grid, score_q, "fisher_divergence_on_grid");
  const int64_t d = grid.box.dimensions();
  if (score_p.size() != grid.count() * d || score_q.size() != grid.count() * d)
    throw Error(
        "fisher_divergence_on_grid: scores {} and {} in {} dimensions. Hint: give one vector (d) per point",
        score_p.shape().str(), score_q.shape().str(), d);
  const double *a = score_p.data<double>(), *b = score_q.data<double>();
  double total = 0;
  for (int64_t i = 0; i < grid.count(); ++i) {
    const double p = std::exp(log_p.data<double>()[i] - shift);
    if (p == 0) continue;
    double square = 0;
    for (int64_t k = i * d; k < (i + 1) * d; ++k) square += (a[k] - b[k]) * (a[k] - b[k]);
    total += p * square / 2;
  }
  return total * grid.volume;
}

DensityFit density_fit(const Toy& truth, TensorFn log_density, DType dtype, int64_t cells) {
  if (const std::string reason = truth.why_no_density(); !reason.empty()) throw Error(reason);
  const Grid grid(truth.box(), cells), doubled(truth.box().scaled(2), cells);
  const Tensor log_p = on_grid(grid, [&](const Tensor& x) { return truth.log_prob(x); });
  const Tensor log_q = on_grid(grid, log_density, dtype);
  DensityFit fit{};
  fit.log_partition = log_partition(grid, log_q);
  fit.kl = kl_on_grid(grid, log_p, log_q);
  fit.box_error = std::abs(log_partition(doubled, on_grid(doubled, log_density, dtype)) - fit.log_partition);
  return fit;
}

double ring_without_modes_kl(const Toy& ring8) {
  if (ring8.dimensions() != 2)
    throw Error("ring_without_modes_kl: '{}' is not in the plane. Hint: use make_toy(\"ring8\")",
                ring8.name());
  constexpr int64_t kAngles = 512, kRadii = 2048;
  const double reach = ring8.box().high[0] * std::numbers::sqrt2, step = reach / kRadii;
  const double angle = 2 * std::numbers::pi / kAngles;
  double total = 0;
  for (int64_t i = 0; i < kRadii; ++i) {
    const double radius = (static_cast<double>(i) + 0.5) * step;
    std::vector<double> circle;
    for (int64_t j = 0; j < kAngles; ++j) {
      const double t = static_cast<double>(j) * angle;
      circle.insert(circle.end(), {radius * std::cos(t), radius * std::sin(t)});
    }
    const Tensor log_p = ring8.log_prob(tensor(circle, {kAngles, 2}, DType::f64));
    const double* p = log_p.data<double>();
    const double log_average = log_sum(p, kAngles) - std::log(static_cast<double>(kAngles));
    for (int64_t j = 0; j < kAngles; ++j) total += kl_term(p[j], log_average) * radius * step * angle;
  }
  return total;
}

}  // namespace gradzoo
