#include <algorithm>
#include <functional>
#include <memory>

#include <fmt/format.h>

#include "experiments/uses/comparison.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/images/npy.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/base/over_examples.h"
#include "nn/fit/principal_components.h"

namespace gradzoo {
namespace {

/// What is asked of every kind of feature: the same images, in three parts.
struct ProbedImages {
  Examples fit, valid, test;
  Pixels pixels;
  int64_t classes;
  uint64_t seed;
};

using Encoder = std::function<Tensor(const Tensor& images)>;

struct FeatureParts {
  LabelledFeatures fit, valid, test;
};

FeatureParts parts_of(const Encoder& encode, const ProbedImages& images) {
  const auto of = [&](const Examples& part) { return features_of(part, images.pixels, images.seed, encode); };
  return {of(images.fit), of(images.valid), of(images.test)};
}

/// One kind of features, and what a linear classifier makes of them.
struct ProbedFeatures {
  std::string name;
  int64_t width;
  ProbeResult found;
};

ProbedFeatures probed(const std::string& name, const FeatureParts& parts, const ProbedImages& images) {
  return {name, parts.fit.features.dim(1),
          probe(parts.fit, parts.valid, parts.test, images.classes, images.seed)};
}

nlohmann::ordered_json json_of(const ProbedFeatures& row) {
  return {{"features", row.name},
          {"width", row.width},
          {"error_percent", 100 * row.found.error.value},
          {"error_percent_standard_error", 100 * row.found.error.standard_error},
          {"valid_error_percent", 100 * row.found.valid_error},
          {"weight_decay", row.found.weight_decay}};
}

// Codes in the plane of their two principal components; of one number, that against itself.
Picture plane_of_codes(const Tensor& codes, const Tensor& labels, uint64_t seed) {
  Rng rng(seed, "probe/plane");
  const int64_t shown = std::min<int64_t>(codes.dim(0), 2000), axes = std::min<int64_t>(codes.dim(1), 2);
  const Tensor at = principal_components(codes, axes, rng).project(codes.rows(0, shown));
  return {"codes", "Codes of test images along their two principal components, coloured by label.",
          Scatter{cast(axes == 2 ? at : concat(at, at, 1), DType::f32), labels.rows(0, shown),
                  "first principal component", "second"}};
}

struct Probe {
  std::string codes;

  void describe(OptionTable& table) {
    table.add("codes", codes, "x.npy: the first run's codes of all test images, one row per image");
  }

  UseResult run(UseCall& call) const {
    check_comparable("probe", call.runs);
    OpenedRun& first = call.run();
    const RunData& data = first.data();
    const ProbedImages images{first_of(data.evaluation_examples(Split::fit), call.n),
                              data.evaluation_examples(Split::valid),
                              data.evaluation_examples(Split::test),
                              first.pixels(),
                              first.shape.classes,
                              call.seed};
    std::vector<ProbedFeatures> rows{
        probed("pixels", parts_of([](const Tensor& x) { return x; }, images), images)};
    LabelledFeatures shown;
    for (const auto& run : call.runs) {
      // The same network before it learned anything.
      const std::unique_ptr<Model> untrained = run->options->make_model(run->shape);
      rows.push_back(probed("random weights of " + run->path(),
                            parts_of(untrained->abilities().encode, images), images));
      const FeatureParts codes_of_run = parts_of(run->model->abilities().encode, images);
      rows.push_back(probed(run->path(), codes_of_run, images));
      if (!shown.features.defined()) shown = codes_of_run.test;
    }
    return told(rows, shown, images);
  }

 private:
  // `shown`: the first run's codes of the test images.
  UseResult told(const std::vector<ProbedFeatures>& rows, const LabelledFeatures& shown,
                 const ProbedImages& images) const {
    UseResult out;
    out.text = fmt::format(
        "a linear classifier learns from {} images; {} others choose its weight decay, and {} measure it\n",
        images.fit.count(), images.valid.count(), images.test.count());
    out.details["features"] = nlohmann::ordered_json::array();
    for (const ProbedFeatures& row : rows) {
      out.text +=
          fmt::format("  {:5.2f} ± {:.2f} % wrong with {} ({} dimensions)\n", 100 * row.found.error.value,
                      100 * row.found.error.standard_error, printable(row.name), row.width);
      out.details["features"].push_back(json_of(row));
    }
    if (!codes.empty()) save_npy(codes, shown.features);
    out.picture = draw_picture(plane_of_codes(shown.features, shown.labels, images.seed));
    return out;
  }
};

std::string lacks_encoder(const Abilities& abilities, const DataShape& shape) {
  if (shape.classes < 2) return "learned images without labels, but a classifier needs labels";
  if (abilities.needs_label) return "is conditional on a label, so its codes need not contain the class";
  return abilities.encode ? "" : "has no codes of images";
}

}  // namespace

Use probe_use() {
  return use_of<Probe>(
      {.name = "probe",
       .summary = "measure a linear classifier on a run's codes of images",
       .description = "Measures how well a linear classifier separates classes by a run's codes of images, "
                      "compared with the pixels themselves and with codes of the same network with random "
                      "weights. All classifiers share the images for training, for the choice of the weight "
                      "decay, and for the measurement (Vincent et al. 2010).",
       .examples = {{"gradzoo probe zoo/vae", "fraction of digits classified wrongly from the codes"}},
       .names = UseNames::runs,
       .names_meaning = "run directories with the same data",
       .count = {"number of images that the classifier learns from", 10'000, 100, 1'000'000},
       .seed_meaning = "seed of the classifier's steps",
       .file_meaning = "picture of the codes of test images in the plane",
       .writes = {{.name = "codes", .what = "an .npy file", .endings = {".npy"}}},
       .of_images = "learned {}, and this command needs images",
       .missing = lacks_encoder});
}

}  // namespace gradzoo
