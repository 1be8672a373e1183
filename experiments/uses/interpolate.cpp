#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/pictures/image_pictures.h"

namespace gradzoo {
namespace {

// The label of each pair, -1: any two examples. A conditional model takes the classes in turn.
std::vector<int64_t> labels_of_pairs(int64_t pairs, int64_t asked, const LabelNames& classes) {
  if (asked >= 0 || classes.empty()) return std::vector<int64_t>(static_cast<size_t>(pairs), asked);
  const std::vector<double> labels = any_labels(pairs, classes).to_vector();
  return {labels.begin(), labels.end()};
}

struct Interpolate {
  int64_t label = -1;

  void describe(OptionTable& table) {
    table.add("label", label,
              "class of both ends; -1: any class, and for a conditional run each class in turn", {-1, 255});
  }

  UseResult run(UseCall& call) const {
    OpenedRun& run = call.run();
    const LabelNames known = run.shape.labels();
    if (label >= 0 && !known.contains(label))
      throw Error("interpolate: label {} is not a learned class. Hint: {}", label,
                  known.empty() ? "remove --label" : "use " + list_of(known));
    Rng rng(call.seed, "interpolate");
    const Batch ends =
        pairs_of(run.data().evaluation_examples(Split::test),
                 labels_of_pairs(call.n, label, run.model->labels()), run.options->model->pixels(), rng);
    UseResult out;
    out.details["pairs"] = call.n;
    if (label >= 0) out.words = fmt::format("label{}", label);
    const Tensor images = run.model->abilities().interpolate({ends, rng});
    out.picture = draw_picture({"interpolate", "", ImageGrid{as_examples(images, run.shape), kImageColumns}});
    return out;
  }
};

std::string lacks_codes(const Abilities& abilities, const DataShape&) {
  return abilities.interpolate ? "" : "has no codes to interpolate between";
}

}  // namespace

Use interpolate_use() {
  return use_of<Interpolate>(
      {.name = "interpolate",
       .summary = "draw images between the codes of two images",
       .description = "Draws rows of images on the path from one test image's code to another image's code. "
                      "A model that cannot encode images uses the codes of two of its own samples.",
       .examples = {{"gradzoo interpolate zoo/vae -n 4 --out between.png",
                     "four rows, each between two digits"}},
       .count = {"number of rows", 6, 1, 100},
       .seed_meaning = "seed of the choice of images",
       .file_meaning = "picture of the rows",
       .of_images = "learned {}, and a row of pictures needs images",
       .missing = lacks_codes});
}

}  // namespace gradzoo
