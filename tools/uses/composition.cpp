#include "tools/uses/composition.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/plain.h"
#include "autograd/tape.h"
#include "base/error.h"
#include "models/eval/quadrature.h"
#include "models/pictures/plane_pictures.h"
#include "models/pictures/samples_picture.h"
#include "models/run/data.h"
#include "samplers/compose.h"
#include "tools/run/ruler_classifier.h"

namespace gradzoo {
namespace {

std::string size_of(const DataShape& shape) {
  return shape.is_image() ? fmt::format("images of {}x{}", shape.height(), shape.width())
                          : fmt::format("points of {} numbers", shape.size());
}

void check_fit(const SavedRun& first, const SavedRun& run) {
  if (run.shape.example != first.shape.example)
    throw Error("compose: {} learned {} and {} {}, which have no product. Hint: runs of one shape",
                first.directory.path(), size_of(first.shape), run.directory.path(), size_of(run.shape));
  const Pixels pixels = run.options->model->pixels(), of_first = first.options->model->pixels();
  if (run.shape.is_image() && pixels != of_first)
    throw Error("compose: pixels of {} are {} and those of {} {}. Hint: runs with the same pixels",
                first.directory.path(), name_of(kPixels, of_first), run.directory.path(),
                name_of(kPixels, pixels));
}

void check_factor(const SavedRun& run, const Target& target) {
  if (!target.log_prob && !target.score)
    throw Error(
        "compose: {} is a {}, which has neither log-density nor score to multiply. Hint: runs of ebm, score, "
        "dae or nce",
        run.directory.path(), run.model_name());
  if (run.model->label_count() > 0)
    throw Error(
        "compose: {} knows examples of a label alone, and a product has none. Hint: a run without "
        "conditional=true",
        run.directory.path());
}

Box around(const std::vector<SavedRun>& runs, Box (*box_of)(const Toy&)) {
  Box out = box_of(*runs[0].shape.toy);
  for (const SavedRun& run : runs) {
    const Box box = box_of(*run.shape.toy);
    for (size_t axis = 0; axis < out.low.size(); ++axis) {
      out.low[axis] = std::min(out.low[axis], box.low[axis]);
      out.high[axis] = std::max(out.high[axis], box.high[axis]);
    }
  }
  return out;
}

Box whole(const Toy& toy) { return toy.box(); }
Box visible(const Toy& toy) { return in_plane(&toy) ? visible_box(toy) : toy.box(); }

}  // namespace

RunProduct compose(const std::vector<std::string>& paths) {
  if (paths.size() < 2)
    throw Error("compose: a product needs two runs or more. Hint: gradzoo compose RUN RUN");
  RunProduct out;
  for (const std::string& path : paths) {
    out.runs.push_back(open_run(path));
    const SavedRun& run = out.runs.back();
    check_fit(out.runs[0], run);
    out.factors.push_back(run.model->target());
    check_factor(run, out.factors.back());
  }
  out.product = product_of_all(out.factors);
  if (!out.shape().toy) return out;
  const Box box = around(out.runs, whole);
  out.product.initial = [box](int64_t n, Rng& rng) {
    return box.centre() + randn({n, box.dimensions()}, rng) * box.sides() / 6.0;
  };
  return out;
}

namespace {

constexpr int64_t kCells = 400;  // of the quadrature, along an axis

// Nothing unless the density of every run's toy is known.
std::optional<double> kl_to_truths(const RunProduct& composition, const Grid& grid, const Tensor& log_q) {
  Tensor log_p = zeros({grid.count()}, DType::f64);
  for (const SavedRun& run : composition.runs) {
    const Toy& toy = *run.shape.toy;
    if (!toy.why_no_density().empty()) return std::nullopt;
    log_p = log_p + on_grid(grid, [&](const Tensor& x) { return toy.log_prob(x); });
  }
  return kl_on_grid(grid, log_p, log_q);
}

}  // namespace

std::optional<PlaneCheck> plane_check(const RunProduct& composition, const Tensor& samples) {
  if (!composition.in_plane() || !composition.product.log_prob) return std::nullopt;
  const NoGrad quiet;
  const Grid grid(around(composition.runs, whole), kCells);
  const Tensor log_q = on_grid(grid, composition.product.log_prob, DType::f32);
  const Tensor mass = reshape(exp(log_q - log_partition(grid, log_q)) * grid.volume, {grid.count(), 1});
  const Tensor at = grid.points(0, grid.count()), x = cast(samples, DType::f64);
  const Tensor centre = sum(at * mass, 0), variance = sum(square(at - centre) * mass, 0);
  PlaneCheck out;
  for (int64_t axis = 0; axis < 2; ++axis) {
    const Tensor values = reshape(slice(x, 1, axis, axis + 1), {x.dim(0)});
    out.axes.push_back({mean_of_rows(values), std::sqrt(var(values, 0).item()), centre.data<double>()[axis],
                        std::sqrt(variance.data<double>()[axis])});
  }
  out.kl = kl_to_truths(composition, grid, log_q);
  return out;
}

std::vector<FactorCheck> factor_checks(const RunProduct& composition, const Tensor& samples) {
  const NoGrad quiet;
  std::vector<FactorCheck> out;
  for (const SavedRun& run : composition.runs) {
    const RunData data(run.options->data, run.options->training);
    const std::vector<double> grey = mean_grey(data.train());
    FactorCheck& check = out.emplace_back();
    check.learned = run.options->data.told();
    check.grey = std::accumulate(grey.begin(), grey.end(), 0.0) / static_cast<double>(grey.size());
    const std::vector<int64_t> labels = run.options->data.subset.labels(run.shape.classes);
    if (static_cast<int64_t>(labels.size()) == run.shape.classes) continue;
    const auto ruler = own_classifier(run.options->data, false, nullptr);
    if (!ruler) continue;
    const Tensor rows = reshape(samples, {samples.dim(0), run.shape.size()});
    const Tensor called = argmax(ruler->classifier->probabilities(rows), 1);
    Tensor right = zeros({called.size()}, DType::f64);
    for (int64_t i = 0; i < called.size(); ++i)
      if (std::ranges::find(labels, called.data<int64_t>()[i]) != labels.end())
        right.mutable_data<double>()[i] = 1;
    check.called = mean_of_rows(right);
  }
  return out;
}

namespace {

Plane density_plane(const Target& target, const Grid& grid, std::string title) {
  const Box& box = grid.box;
  Plane plane{std::move(title), box.low[0], box.high[0], box.low[1], box.high[1]};
  if (!target.log_prob) return plane;
  const Tensor log_p = on_grid(grid, target.log_prob, DType::f32);
  // The grid has y fastest, the picture x.
  plane.density = transpose(exp(reshape(log_p - log_partition(grid, log_p), {grid.cells, grid.cells})));
  return plane;
}

}  // namespace

Picture composition_picture(const RunProduct& composition, const Tensor& samples) {
  if (!composition.in_plane()) return samples_picture(samples);
  const Grid grid(around(composition.runs, visible), kDensityCells);
  Planes planes;
  for (size_t i = 0; i < composition.runs.size(); ++i)
    planes.planes.push_back(
        density_plane(composition.factors[i], grid, composition.runs[i].options->data.told()));
  planes.planes.push_back(density_plane(composition.product, grid, "their product"));
  Plane drawn = density_plane(composition.product, grid, "samples of the product");
  drawn.contours = std::exchange(drawn.density, {});
  constexpr int64_t kShown = 1000;
  drawn.points = samples.rows(0, std::min(kShown, samples.dim(0)));
  planes.planes.push_back(std::move(drawn));
  return {"composition", "The densities, their product, and chains that walk on it.", planes};
}

}  // namespace gradzoo
