#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/experiments/uses/write_samples.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/models/pictures/plane_pictures.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

/// Clean, noisy and denoised examples, (n, d) each; `trivial` is the noisy examples, clipped to the data's
/// range.
struct Denoising {
  Tensor clean, noisy, trivial, guess;
  Tensor scale;  ///< unit of the distances in each coordinate, (d) or (1)
  bool images;
};

Denoising denoise_examples(UseCall& call, double sigma) {
  OpenedRun& run = call.run();
  const Examples test = run.data().evaluation_examples(Split::test);
  const int64_t n = std::min(call.n, test.count());
  Rng rng(call.seed, "denoise");
  Denoising out;
  const DataKind& kind = run.shape.kind();
  out.images = kind.pixels;
  out.clean = out.images ? evenly_spread(test, n) : read_examples(test, 0, n, Pixels::grey, rng).x;
  out.scale = run.model->units().relative_scale();  // in which sigma and the distances are measured
  out.noisy = out.clean + randn_like(out.clean, rng) * sigma * out.scale;
  out.trivial = clamp(out.noisy, kind.low, kind.high);
  Countdown countdown(call.progress, "denoise");
  out.guess = run.model->abilities().denoise(
      {out.noisy, sigma, rng, {kind.low, kind.high}, [&](double share) { countdown.done(share); }});
  return out;
}

// (n) f64: squared distances from x to the examples without noise.
Tensor squared_distances(const Tensor& x, const Denoising& examples) {
  const Tensor apart = cast(x, DType::f64) - cast(examples.clean, DType::f64);
  return sum(square(apart / cast(examples.scale, DType::f64)), 1);
}

// Throws Error if no guess differs from the noisy example, and warns of guesses that are worse.
void judge(UseResult& out, const Denoising& examples) {
  if (!(max(abs(examples.guess - examples.trivial)).item() > 0))
    throw Error(
        "denoise: every denoised example equals its noisy example, because this model does not move any of "
        "them. Hint: try another --sigma, or a run of {}",
        examples.images ? "dae" : "nce");
  const auto worth = [&](const Tensor& x) {
    return mean_of_rows(examples.images ? psnr(x, examples.clean) : -squared_distances(x, examples)).value;
  };
  if (!(worth(examples.guess) > worth(examples.trivial)))
    warn(out,
         fmt::format("the denoised examples are farther from the clean examples than the {} examples are",
                     examples.images ? "clipped noisy" : "noisy"));
}

Quantity decibels(const char* name, const Estimate& e, std::string meaning) {
  return {name, e.value, NAN, "dB", std::move(meaning)};
}

Quantities image_numbers(const Denoising& images) {
  const Tensor clipped = psnr(images.trivial, images.clean), after = psnr(images.guess, images.clean);
  const Estimate gain = mean_of_rows(after - clipped);
  return {decibels("psnr_noisy", mean_of_rows(psnr(images.noisy, images.clean)), "PSNR of the noisy images"),
          decibels("psnr_clipped", mean_of_rows(clipped), "PSNR of the noisy images, clipped to [0, 1]"),
          decibels("psnr_denoised", mean_of_rows(after), "PSNR of the denoised images"),
          {"psnr_gain", gain.value, gain.standard_error, "dB", "gain over the clipped images"}};
}

// E[clean | noisy] by the truth, (n, d); nothing where its noised score is not known.
std::optional<Tensor> best_guess(const Toy* toy, const Tensor& noisy, double sigma) {
  if (toy == nullptr || !toy->integrable()) return std::nullopt;
  constexpr int64_t kCells = 1200;
  const double widest = max(toy->box().sides()).item() + 12 * sigma;
  if (sigma < 2 * widest / kCells) return std::nullopt;
  return cast(noisy, DType::f64) + score_at(noised_toy(*toy, sigma, kCells), noisy) * (sigma * sigma);
}

Quantities point_numbers(const Denoising& points, const std::optional<Tensor>& best) {
  const auto distance = [&](const char* name, const Tensor& x, const char* meaning) -> Quantity {
    const Estimate e = mean_of_rows(squared_distances(x, points));
    return {name, e.value, e.standard_error, "", meaning};
  };
  const char* const to = points.scale.size() > 1 && max(points.scale).item() > min(points.scale).item()
                             ? "mean distance of the noisy to the clean points, in each column's scale"
                             : "mean distance of the noisy to the clean points";
  Quantities out{distance("squared_distance_noisy", points.noisy, to),
                 distance("squared_distance_denoised", points.guess,
                          "mean distance of the denoised to the clean points")};
  Quantity exact{"squared_distance_exact", NAN, NAN, "", ""};
  if (best)
    exact = distance("squared_distance_exact", *best,
                     "mean distance of the exact E[point | noisy], which is the smallest possible");
  out.add(exact);
  return out;
}

Plane titled_points(const Toy& toy, const Tensor& points, const char* title) {
  constexpr int64_t kShown = 1000;
  Plane plane = samples_over_truth(toy, points.rows(0, std::min(kShown, points.dim(0))));
  plane.title = title;
  return plane;
}

Picture picture_of(const Denoising& examples, const DataShape& shape, const std::optional<Tensor>& best) {
  if (examples.images) {
    const int64_t shown = std::min<int64_t>(30, examples.clean.dim(0));
    const std::array<Tensor, 3> parts = {examples.clean.rows(0, shown), examples.noisy.rows(0, shown),
                                         examples.guess.rows(0, shown)};
    return {"denoise", "Images, the images with noise, and the denoised images.",
            rows_by_turns(parts, {"image", "noisy", "denoised"}, shape)};
  }
  if (!in_plane(shape.toy.get())) return samples_picture(examples.guess, shape.toy.get());
  Planes planes{{titled_points(*shape.toy, examples.clean, "points"),
                 titled_points(*shape.toy, examples.noisy, "noisy"),
                 titled_points(*shape.toy, examples.guess, "denoised")}};
  if (best) planes.planes.push_back(titled_points(*shape.toy, *best, "exact"));
  return {"denoise", "Points, the points with noise, and the denoised points.", planes};
}

struct Denoise {
  double sigma = 0.3;

  void describe(OptionTable& table) {
    table.add("sigma", sigma, "standard deviation of the noise; pixels are in [0, 1]", {1e-12, 1e12});
  }

  UseResult run(UseCall& call) const {
    const OpenedRun& run = call.run();
    const Denoising examples = denoise_examples(call, sigma);
    const std::optional<Tensor> best = best_guess(run.shape.toy.get(), examples.noisy, sigma);
    const int64_t n = examples.clean.dim(0);
    UseResult out;
    out.text = fmt::format("{} test examples of {} with noise of {:g}\n", n,
                           printable(run.options->data.data), sigma);
    out.numbers = examples.images ? image_numbers(examples) : point_numbers(examples, best);
    out.details = {{"examples", n}, {"sigma", sigma}, {"warnings", nlohmann::ordered_json::array()}};
    judge(out, examples);
    out.picture = draw_picture(picture_of(examples, run.shape, best));
    out.words = fmt::format("{:g}", sigma);
    return out;
  }
};

std::string lacks_denoising(const Abilities& abilities, const DataShape&) {
  return abilities.denoise ? "" : lacks_target(abilities, "denoise");
}

}  // namespace

Use denoise_use() {
  return use_of<Denoise>(
      {.name = "denoise",
       .summary = "remove Gaussian noise from test examples",
       .description = "Removes Gaussian noise from test examples with a model that has a score, an energy, a "
                      "denoiser or a velocity, and measures the distance to the clean examples.",
       .examples = {{"gradzoo denoise zoo/dae --sigma 0.3 -n 100",
                     "how near the denoised digits are to the clean digits, in dB"}},
       .count = {"number of test examples; the picture has the first 30 images", 1000, 1, 10'000},
       .seed_meaning = "seed of the noise",
       .file_meaning = "picture of the examples, the examples with noise, and the denoised examples",
       .draws_chart =
           [](const DataShape& shape) { return shape.example.rank() > 0 && picture_ending(shape) == ".svg"; },
       .missing = lacks_denoising});
}

}  // namespace gradzoo
