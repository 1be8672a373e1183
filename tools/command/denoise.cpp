#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/kernels/threads/parallel.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/error.h"
#include "base/text.h"
#include "models/eval/digit_ruler.h"
#include "models/eval/noised_toy.h"
#include "models/eval/psnr.h"
#include "models/pictures/image_pictures.h"
#include "models/pictures/plane_pictures.h"
#include "models/pictures/samples_picture.h"
#include "models/run/data.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/plot/image.h"
#include "tools/run/draw_picture.h"
#include "tools/run/saved_run.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

/// Examples, with noise, and freed of it again: (n, numbers) each.
struct Denoising {
  Tensor clean, noisy, guess;
};

Denoising denoise_examples(const SavedRun& run, int64_t count, double sigma, uint64_t seed) {
  const RunData data(run.options->data, run.options->training);
  const Examples test = data.evaluation_examples(Split::test);
  const int64_t n = std::min(count, test.count());
  if (run.shape.is_image() && n < kImageColumns)
    throw Error("denoise: there are {} test images. Hint: {} or more fill a row of the picture", n,
                kImageColumns);
  Rng rng(seed, "denoise");
  Denoising out;
  out.clean = run.shape.is_image() ? evenly_spread(test, n) : read_examples(test, 0, n, Pixels::grey, rng).x;
  out.noisy = out.clean + randn_like(out.clean, rng) * sigma;
  const Domain domain = run.shape.is_image() ? Domain{0, 1} : Domain{};
  out.guess = run.model->denoise({out.noisy, sigma, rng, domain});
  return out;
}

/// What is printed: a line of text, and its numbers for a program.
struct DenoisingFigures {
  std::string text;
  Json json = Json::object();
};

DenoisingFigures image_figures(const Denoising& images) {
  const Tensor before = psnr(images.noisy, images.clean), after = psnr(images.guess, images.clean);
  const Estimate noisy = mean_of_rows(before), guess = mean_of_rows(after);
  const Estimate clipped = mean_of_rows(psnr(clamp(images.noisy, 0, 1), images.clean));
  const Estimate gain = mean_of_rows(after - before);
  DenoisingFigures out;
  out.text = fmt::format(
      "  noisy     {:6.2f} dB (PSNR; {:.2f} with its pixels clipped to [0, 1])\n"
      "  denoised  {:6.2f} dB\n"
      "  gain      {:6.2f} +- {:.2f} dB over the noisy images, {:.2f} over the clipped ones\n",
      noisy.value, clipped.value, guess.value, gain.value, gain.standard_error, guess.value - clipped.value);
  out.json = {{"psnr_noisy_db", noisy.value},
              {"psnr_clipped_db", clipped.value},
              {"psnr_denoised_db", guess.value},
              {"psnr_gain_db", gain.value},
              {"psnr_gain_db_standard_error", gain.standard_error}};
  return out;
}

Tensor squared_distances(const Tensor& a, const Tensor& b) {
  return sum(square(cast(a, DType::f64) - cast(b, DType::f64)), 1);
}

// E[clean | noisy] by the truth, (n, d); nothing where its noised score is not known.
std::optional<Tensor> best_guess(const Toy* toy, const Tensor& noisy, double sigma) {
  if (toy == nullptr || toy->dimensions() > 2 || !toy->why_no_density().empty()) return std::nullopt;
  constexpr int64_t kCells = 1200;
  const double widest = max(toy->box().sides()).item() + 12 * sigma;
  if (sigma < 2 * widest / kCells) return std::nullopt;
  return cast(noisy, DType::f64) + score_at(noised_toy(*toy, sigma, kCells), noisy) * (sigma * sigma);
}

DenoisingFigures point_figures(const Denoising& points, const std::optional<Tensor>& best) {
  const Estimate before = mean_of_rows(squared_distances(points.noisy, points.clean));
  const Estimate after = mean_of_rows(squared_distances(points.guess, points.clean));
  DenoisingFigures out;
  out.text = fmt::format(
      "  noisy     {:.4f} +- {:.4f} (mean squared distance to the point without noise)\n"
      "  denoised  {:.4f} +- {:.4f}\n",
      before.value, before.standard_error, after.value, after.standard_error);
  out.json = {{"squared_distance_noisy", before.value},
              {"squared_distance_denoised", after.value},
              {"squared_distance_denoised_standard_error", after.standard_error},
              {"squared_distance_exact", nullptr}};
  if (!best) return out;
  const Estimate exact = mean_of_rows(squared_distances(*best, points.clean));
  out.text +=
      fmt::format("  exact     {:.4f} +- {:.4f} (E[point | noisy] by the truth: no guess is better)\n",
                  exact.value, exact.standard_error);
  out.json["squared_distance_exact"] = exact.value;
  return out;
}

Plane titled_points(const Toy& toy, const Tensor& points, const char* title) {
  constexpr int64_t kShown = 1000;
  Plane plane = samples_over_truth(toy, points.rows(0, std::min(kShown, points.dim(0))));
  plane.title = title;
  return plane;
}

Picture picture_of(const Denoising& examples, const DataShape& shape, const std::optional<Tensor>& best) {
  if (shape.is_image()) {
    const int64_t shown = std::min<int64_t>(30, examples.clean.dim(0));
    const std::array<Tensor, 3> parts = {examples.clean.rows(0, shown), examples.noisy.rows(0, shown),
                                         examples.guess.rows(0, shown)};
    return {"denoise", "Images, the same with noise, and the guess of what lies under it.",
            rows_by_turns(parts, {"image", "noisy", "denoised"}, shape)};
  }
  if (!in_plane(shape.toy.get())) return samples_picture(examples.guess, shape.toy.get());
  Planes planes{{titled_points(*shape.toy, examples.clean, "points"),
                 titled_points(*shape.toy, examples.noisy, "noisy"),
                 titled_points(*shape.toy, examples.guess, "denoised")}};
  if (best) planes.planes.push_back(titled_points(*shape.toy, *best, "exact"));
  return {"denoise", "Points, the same with noise, and the guess of where they were.", planes};
}

}  // namespace

int denoise_command(const Arguments& arguments) {
  std::string run_path, out;
  double sigma = 0.3;
  int64_t count = 1000, seed = -1, threads = 0;
  bool json = false;
  CommandLine line(
      "denoise",
      "Takes Gaussian noise off test examples, by a model that has a score, an energy, a denoiser "
      "or a velocity, and says how near it comes.");
  line.positional("RUN", run_path, "a run directory");
  line.option("--sigma", "X", sigma, "standard deviation of the noise, pixels being in [0, 1] (default: 0.3)",
              1e-3, 1e3);
  line.option("-n", "N", count, "test examples, the first 30 images of which are drawn (default: 1000)", 10,
              10'000);
  line.option("--out", "FILE", out, "x.png (default: RUN/samples/denoise-<sigma>-seed<S>.png)");
  add_seed(line, seed, "of the noise (default: the run's)");
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (!out.empty()) check_picture("denoise", out);
  kernels::set_flush_denormals(true);
  use_threads(threads);
  const NoGrad quiet;
  const SavedRun run = open_run(run_path);
  const uint64_t noise_seed = seed < 0 ? run.seed() : static_cast<uint64_t>(seed);
  if (out.empty()) out = run.directory.picture(fmt::format("denoise-{:g}-seed{}", sigma, noise_seed));
  const Denoising examples = denoise_examples(run, count, sigma, noise_seed);
  const Toy* toy = run.shape.toy.get();
  const std::optional<Tensor> best = best_guess(toy, examples.noisy, sigma);
  const DenoisingFigures figures =
      run.shape.is_image() ? image_figures(examples) : point_figures(examples, best);
  write_png(out, draw_picture(picture_of(examples, run.shape, best)));
  if (json) {
    Json object{{"run", run.directory.path()},
                {"step", run.step},
                {"examples", examples.clean.dim(0)},
                {"sigma", sigma},
                {"seed", noise_seed},
                {"file", out}};
    object.update(figures.json);
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{} test examples of {} with noise of {:g}\n{}{}\n", examples.clean.dim(0),
               printable(run.options->data.data), sigma, figures.text, printable(out));
  }
  return 0;
}

}  // namespace gradzoo
