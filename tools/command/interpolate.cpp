#include <fmt/format.h>

#include "autograd/tape.h"
#include "base/error.h"
#include "base/text.h"
#include "models/base/over_examples.h"
#include "models/pictures/image_pictures.h"
#include "models/run/data.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/plot/image.h"
#include "tools/run/draw_picture.h"
#include "tools/run/saved_run.h"

namespace gradzoo {
namespace {

// The label of each pair, -1: any two examples. A model that is told labels takes the classes in turn.
std::vector<int64_t> labels_of_pairs(int64_t pairs, int64_t asked, int64_t told) {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < pairs; ++i) labels.push_back(asked >= 0 ? asked : told > 0 ? i % told : -1);
  return labels;
}

}  // namespace

int interpolate_command(const Arguments& arguments) {
  std::string run_path, out;
  int64_t pairs = 6, label = -1, seed = -1, threads = 0;
  CommandLine line("interpolate",
                   "Draws rows of images on the way from one test image's code to another's, by a model that "
                   "has codes; one that finds none of an image walks between two draws of its own.");
  line.positional("RUN", run_path, "a run directory");
  line.option("-n", "N", pairs, "rows (default: 6)", 1, 100);
  line.option("--label", "L", label,
              "the class of both ends (default: any; the classes in turn, of a conditional run)", 0, 255);
  line.option("--out", "FILE", out, "x.png (default: RUN/samples/interpolate-seed<S>.png)");
  add_seed(line, seed, "of which images are chosen (default: the run's)");
  add_threads(line, threads);
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (!out.empty()) check_picture("interpolate", out);
  use_threads(threads);
  const NoGrad quiet;
  const SavedRun run = open_run(run_path);
  if (!run.shape.is_image())
    throw Error("interpolate: {} learned points, and a row of pictures needs images. Hint: a run on images",
                run_path);
  if (label >= 0 && label >= run.shape.classes)
    throw Error("label {} is no class. Hint: {}", label,
                run.shape.classes > 0 ? fmt::format("0 to {}", run.shape.classes - 1) : "without --label");
  const uint64_t chosen_by = seed < 0 ? run.seed() : static_cast<uint64_t>(seed);
  if (out.empty()) out = run.directory.picture(fmt::format("interpolate-seed{}", chosen_by));
  const RunData data(run.options->data, run.options->training);
  Rng rng(chosen_by, "interpolate");
  const Batch ends =
      pairs_of(data.evaluation_examples(Split::test), labels_of_pairs(pairs, label, run.model->label_count()),
               run.options->model->pixels(), rng);
  const Tensor images = run.model->interpolate({ends, rng});
  write_png(out, draw_picture({"interpolate", "", ImageGrid{as_images(images, run.shape), kImageColumns}}));
  fmt::print("{}\n", printable(out));
  return 0;
}

}  // namespace gradzoo
