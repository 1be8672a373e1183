#include "models/diffusion/pictures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"

namespace gradzoo {
namespace {

constexpr double kTold[] = {0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.87, 0.93, 1};  // times of a strip

/// A walk by ddim's steps with what was seen at some times.
struct Strip {
  Tensors x, denoised;  // a time each: (n, numbers)
};

Strip strip_of(const Diffusion& model, const Tensor& start, const Tensor& labels,
               std::span<const double> times, Rng& rng) {
  constexpr int64_t kSteps = 100;
  Strip strip;
  const auto predict = [&](const Tensor& x, double t) {
    Prediction prediction = model.predict(x, t, labels);
    while (strip.x.size() < times.size() && t >= times[strip.x.size()] - 0.5 / kSteps) {
      strip.x.push_back(x);
      strip.denoised.push_back(prediction.denoised);
    }
    return prediction;
  };
  const Tensor end = follow_path({model.path(), predict, rng}, ddim_step, start, kSteps);
  while (strip.x.size() < times.size()) {
    strip.x.push_back(end);
    strip.denoised.push_back(end);
  }
  return strip;
}

Tensor noise_of(const Diffusion& model, int64_t n, const DataShape& shape, Rng& rng) {
  return randn({n, shape.size()}, rng) * model.path()(0).noise;
}

// Columns of a row: one sample at the strip's times.
Tensor by_sample(const Tensors& parts) {
  const int64_t n = parts[0].dim(0), d = parts[0].dim(1);
  Tensors columns;
  for (const Tensor& part : parts) columns.push_back(reshape(part, {n, 1, d}));
  return reshape(concat(columns, 1), {n * static_cast<int64_t>(parts.size()), d});
}

// x_t as it would look if its data were as bright as at the end.
Tensors as_bright(const Diffusion& model, Tensors x) {
  for (size_t i = 0; i < x.size(); ++i) {
    const Mixing at = model.path()(kTold[i]);
    x[i] = x[i] / std::sqrt(at.data * at.data + at.noise * at.noise);
  }
  return x;
}

Picture chain_picture(const Diffusion& model, const DataShape& shape, Rng& rng) {
  constexpr int64_t kChains = 4;
  const Tensor labels = model.classes().draw(kChains, {}, rng);
  const Strip strip = strip_of(model, noise_of(model, kChains, shape, rng), labels, kTold, rng);
  const Tensor rows[] = {(by_sample(as_bright(model, strip.x)) + 1.0) * 0.5,
                         (by_sample(strip.denoised) + 1.0) * 0.5};
  return {"chain",
          "The trajectories of four samples from noise, and under each step the predicted clean image: first "
          "the mean of all data, at the end a single example.",
          rows_by_turns(rows, {"x_t", "denoised"}, shape)};
}

Picture interpolation_picture(const Diffusion& model, const DataShape& shape, Rng& rng) {
  constexpr int64_t kRows = 6;
  const Tensor classes = model.classes().draw(kRows, {}, rng);
  const Tensor images = model.between(noise_of(model, 2 * kRows, shape, rng), classes, rng);
  return {
      "interpolation",
      "Each row moves on an arc between two noises; every point is mapped to data by deterministic steps.",
      ImageGrid{as_examples(images, shape), kImageColumns}};
}

Picture paths_picture(const Diffusion& model, const DataShape& shape, Rng& rng) {
  constexpr double kTimes[] = {0, 0.5, 0.75, 1};
  const Strip strip = strip_of(model, noise_of(model, 100, shape, rng), {}, kTimes, rng);
  Planes planes;
  for (size_t i = 0; i < std::size(kTimes); ++i) {
    Plane plane = samples_over_truth(*shape.toy, strip.x[i]);
    plane.title = fmt::format("t = {:g}", kTimes[i]);
    planes.planes.push_back(std::move(plane));
  }
  return {"paths", "The trajectories of a hundred points from noise to data; contours show the true density.",
          std::move(planes)};
}

constexpr int64_t kArrows = 14;  // along an axis

Picture scores_picture(const Diffusion& model, const DataShape& shape) {
  const Box box = visible_box(*shape.toy);
  const Grid grid(box, kArrows);
  const Tensor tails = grid.points(0, grid.count());
  const double widest = max(box.sides()).item();
  Planes planes;
  for (const double share : {0.25, 0.08}) {
    const double sigma = std::clamp(share * widest, model.noise_range().least, model.noise_range().most);
    const double t = model.time_of_level(sigma);
    const Mixing at = model.path()(t);
    const Tensor learned = score_of(model.predict(cast(tails, DType::f32) * at.data, t), at) * at.data;
    for (const bool truth : {true, false}) {
      Plane plane{fmt::format("{} score, noise {:.2g}", truth ? "true" : "learned", sigma), box.low[0],
                  box.high[0], box.low[1], box.high[1]};
      plane.arrow_tails = tails;
      plane.arrows = truth ? score_at(noised_toy(*shape.toy, sigma), tails) : cast(learned, DType::f64);
      planes.planes.push_back(std::move(plane));
    }
  }
  return {"scores", "The true and the learned score with much and with little noise.", std::move(planes)};
}

// Of ddim, which is the same walk however many steps it is cut into.
Picture steps_picture(const Diffusion& model, const DataShape& shape, const DataView& data, Rng& rng) {
  constexpr int64_t kSamples = 256, kCounts[] = {1, 2, 5, 10, 20};
  const int64_t real = std::min(2 * kSamples, data.examples.count());
  const Tensor known = read_examples(data.examples, 0, real, Pixels::grey, rng).x;
  const Tensor start = noise_of(model, kSamples, shape, rng),
               labels = model.classes().draw(kSamples, {}, rng);
  Bars bars{{}, "steps", "energy distance"};
  for (const int64_t steps : kCounts) {
    Route route = model.route();
    route.solver = ddim_step;
    route.steps = steps;
    bars.values.push_back(energy_distance(model.carry(start, labels, rng, route), known));
    bars.names.push_back(fmt::format("{}", steps));
  }
  bars.values.push_back(energy_distance(known.rows(0, real / 2), known.rows(real / 2, real)));
  bars.names.push_back("real");
  return {"steps",
          "Energy distance between held-out examples and samples, by the number of ddim steps. Right: the "
          "distance between two sets of held-out examples. Beyond the step count at which the bars stop "
          "falling, more steps do not help.",
          std::move(bars)};
}

}  // namespace

std::vector<Picture> diffusion_plane_pictures(const Diffusion& model, const DataShape& shape,
                                              const DataView& data) {
  Rng rng(data.seed, "pictures/diffusion");
  return {paths_picture(model, shape, rng), scores_picture(model, shape),
          steps_picture(model, shape, data, rng)};
}

std::vector<Picture> diffusion_image_pictures(const Diffusion& model, const DataShape& shape,
                                              const DataView& data) {
  Rng rng(data.seed, "pictures/diffusion");
  constexpr int64_t kCount = 2 * kImageColumns;
  const Tensor labels = model.classes().draw(kCount, {}, rng);
  const Tensor samples = model.carry(noise_of(model, kCount, shape, rng), labels, rng, model.route());
  return {chain_picture(model, shape, rng), interpolation_picture(model, shape, rng),
          steps_picture(model, shape, data, rng),
          neighbours_picture(clamp(samples, 0, 1), shape, data.train)};
}

}  // namespace gradzoo
