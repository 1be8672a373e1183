#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "base/error.h"
#include "base/text.h"
#include "models/pictures/image_pictures.h"
#include "models/run/data.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/plot/image.h"
#include "tools/run/draw_picture.h"
#include "tools/run/ruler_classifier.h"

namespace gradzoo {
namespace {

enum class Half { upper, lower, left, right };
constexpr Choice<Half> kHalves[] = {
    {"upper", Half::upper}, {"lower", Half::lower}, {"left", Half::left}, {"right", Half::right}};

// 1 in that half of an image, else 0: (pixels).
Tensor half_of(const DataShape& shape, Half half) {
  Tensor known = zeros({shape.size()});
  float* values = known.mutable_data<float>();
  const int64_t height = shape.height(), width = shape.width(), channels = shape.channels();
  for (int64_t i = 0; i < shape.size(); ++i) {
    const int64_t row = i / (width * channels), column = i / channels % width;
    const bool inside = half == Half::upper   ? 2 * row < height
                        : half == Half::lower ? 2 * row >= height
                        : half == Half::left  ? 2 * column < width
                                              : 2 * column >= width;
    values[i] = inside ? 1.0F : 0.0F;
  }
  return known;
}

// Root mean square error of a pixel that was to be filled in.
double error_of(const Tensor& filled, const Tensor& images, const Tensor& known) {
  const Tensor wrong = square(filled - images) * (1.0 - known);
  return std::sqrt(sum(wrong).item() / (static_cast<double>(images.dim(0)) * sum(1.0 - known).item()));
}

double called_right(Classifier& classifier, const Tensor& images, const Tensor& labels) {
  return accuracy(classifier.probabilities(images), labels);
}

}  // namespace

int inpaint_command(const Arguments& arguments) {
  std::string run_path, out, keep = "upper";
  int64_t count = 100, seed = -1, threads = 0;
  CommandLine line("inpaint",
                   "Draws the hidden half of test images given the other, by a model that has a score, an "
                   "energy or a velocity.");
  line.positional("RUN", run_path, "a run directory");
  line.option("--keep", "HALF", keep, "what is known: upper, lower, left or right (default: upper)");
  line.option("-n", "N", count, "test images, the first 30 of which are drawn (default: 100)", 10, 10'000);
  line.option("--out", "FILE", out, "x.png (default: RUN/samples/inpaint-<half>-seed<S>.png)");
  add_seed(line, seed, "of what is drawn (default: the run's)");
  add_threads(line, threads);
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  const Half half = value_named(kHalves, keep, "half");
  if (!out.empty()) check_picture("inpaint", out);
  use_threads(threads);
  const NoGrad quiet;
  const SavedRun run = open_run(run_path);
  if (!run.shape.is_image())
    throw Error("inpaint: {} draws points, and those have no halves. Hint: a run on images", run_path);
  const uint64_t sample_seed = seed < 0 ? run.seed() : static_cast<uint64_t>(seed);
  if (out.empty()) out = run.directory.picture(fmt::format("inpaint-{}-seed{}", keep, sample_seed));
  const RunData data(run.options->data, run.options->training);
  const Examples test = data.evaluation_examples(Split::test);
  const Batch batch = read_examples(test, 0, std::min(count, test.count()), Pixels::grey, Rng(0));
  const Tensor& images = batch.x;
  const Tensor known = half_of(run.shape, half), hidden = images * known;
  Rng rng(sample_seed, "inpaint");
  const Tensor filled = run.model->inpaint({images, known, rng});

  const int64_t shown = std::min<int64_t>(30, images.dim(0));
  const std::array<Tensor, 3> parts = {images.rows(0, shown), hidden.rows(0, shown), filled.rows(0, shown)};
  write_png(out, draw_picture({"inpaint", "Images, the half that is known, and a draw of the other.",
                               rows_by_turns(parts, {"image", "known", "filled in"}, run.shape)}));
  fmt::print("of {} test images, the {} half being known\n", images.dim(0), keep);
  fmt::print("  error of a hidden pixel  {:.3f} (root mean square; left black {:.3f})\n",
             error_of(filled, images, known), error_of(hidden, images, known));
  if (const auto ruler = own_classifier(run.options->data, false, nullptr)) {
    Classifier& classifier = *ruler->classifier;
    fmt::print("  called by their label    {:.3f} (left black {:.3f}, whole {:.3f}), by {}\n",
               called_right(classifier, filled, batch.labels), called_right(classifier, hidden, batch.labels),
               called_right(classifier, images, batch.labels), ruler->told);
  }
  fmt::print("{}\n", printable(out));
  return 0;
}

}  // namespace gradzoo
