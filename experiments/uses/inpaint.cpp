#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/pictures/image_pictures.h"

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

// Shares of images that are called by their label: filled in, with the hidden half black, whole.
Quantities called_right(OpenedRun& run, const std::array<Tensor, 3>& images, const Tensor& labels) {
  const std::optional<SampleClassifier> classifier =
      own_classifier(run.options->data, run.data(), false, nullptr, run.processes());
  if (!classifier) return {};
  const auto share = [&](const Tensor& x) { return accuracy(classifier->probabilities(x), labels); };
  return {{"called_right", share(images[0]), NAN, "",
           "fraction of the images classified correctly, by " + classifier->name},
          {"called_right_black", share(images[1]), NAN, "", "fraction if the hidden half is black"},
          {"called_right_whole", share(images[2]), NAN, "", "fraction of the whole images"}};
}

struct Inpaint {
  Half keep = Half::upper;

  void describe(OptionTable& table) { table.add("keep", keep, kHalves, "known half of the images"); }

  UseResult run(UseCall& call) const {
    OpenedRun& run = call.run();
    const Examples test = run.data().evaluation_examples(Split::test);
    const Batch batch = read_examples(test, 0, std::min(call.n, test.count()), Pixels::grey, Rng(0));
    const Tensor &images = batch.x, known = half_of(run.shape, keep), hidden = images * known;
    Rng rng(call.seed, "inpaint");
    Countdown countdown(call.progress, "inpaint");
    const Tensor filled =
        run.model->abilities().inpaint({images, known, rng, [&](double share) { countdown.done(share); }});
    UseResult out;
    out.words = name_of(kHalves, keep);
    out.details = {
        {"images", images.dim(0)}, {"keep", out.words}, {"warnings", nlohmann::ordered_json::array()}};
    out.text = fmt::format("{} test images, of which the {} half is known\n", images.dim(0), out.words);
    const double error = error_of(filled, images, known), black = error_of(hidden, images, known);
    out.numbers = {
        {"hidden_error", error, NAN, "", "root mean square error of a hidden pixel"},
        {"hidden_error_black", black, NAN, "", "root mean square error if the hidden half is black"}};
    if (!(error < black)) warn(out, "the completion is farther from the hidden half than black pixels are");
    out.numbers.add(called_right(run, {filled, hidden, images}, batch.labels));
    const int64_t shown = std::min<int64_t>(30, images.dim(0));
    const std::array<Tensor, 3> parts = {images.rows(0, shown), hidden.rows(0, shown), filled.rows(0, shown)};
    out.picture = draw_picture({"inpaint", "Images, the known half, and a draw of the hidden half.",
                                rows_by_turns(parts, {"image", "known", "filled in"}, run.shape)});
    return out;
  }
};

std::string lacks_images_to_fill(const Abilities& abilities, const DataShape&) {
  return abilities.inpaint ? "" : lacks_target(abilities, "fill in");
}

}  // namespace

Use inpaint_use() {
  return use_of<Inpaint>(
      {.name = "inpaint",
       .summary = "draw the hidden half of test images given the known half",
       .description =
           "Draws the hidden half of test images, given the other half, with a density, score or velocity.",
       .examples = {{"gradzoo inpaint zoo/flow-matching --keep left", "draws the right half of test digits"}},
       .count = {"number of test images; the picture has the first 30", 100, 1, 10'000},
       .file_meaning = "picture of the images, their known halves, and the completed images",
       .of_images = "draws {}, and those have no halves",
       .missing = lacks_images_to_fill});
}

}  // namespace gradzoo
