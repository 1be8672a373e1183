#include "models/run/data.h"

#include <algorithm>

#include <fmt/format.h>

#include "autograd/base/error.h"

namespace gradzoo {

RunData::RunData(const Settings& settings)
    : dataset(settings.text("data"), toy_options(settings)),
      // A toy never runs out of points that nothing was trained on.
      trains_on_all(settings.text("split") == "train" && dataset.shape().toy == nullptr),
      train(dataset.split(trains_on_all ? Split::train : Split::fit)),
      watched(trains_on_all ? train : dataset.split(Split::valid)),
      seed(settings.seed()) {}

Examples RunData::evaluation_examples(Split split) const {
  if (split == Split::valid && trains_on_all) {
    throw Error(
        "the run was trained on all training examples (split=train), the validation ones too. Hint: --split "
        "test");
  }
  return dataset.split(split);
}

std::unique_ptr<BatchSource> RunData::batches(const BatchOptions& options) const {
  return dataset.batches(trains_on_all ? Split::train : Split::fit, options);
}

BatchOptions batch_options(const Settings& settings) {
  BatchOptions options;
  options.batch = settings.integer("batch");
  options.seed = settings.seed();
  const std::string pixels = text_or_empty(settings, "pixels");
  if (!pixels.empty()) options.pixels = parse_pixels(pixels);
  return options;
}

ToyOptions toy_options(const Settings& settings) {
  return {.scale = settings.real("toy_scale"), .noise = settings.real("toy_noise")};
}

int64_t total_steps(const Settings& settings, int64_t steps_per_epoch) {
  const int64_t steps = settings.integer("steps");
  return steps > 0 ? steps : settings.integer("epochs") * steps_per_epoch;
}

std::string text_or_empty(const Settings& settings, std::string_view key) {
  const auto found = std::ranges::find(settings.all(), key, &Setting::key);
  return found == settings.all().end() ? "" : found->value;
}

}  // namespace gradzoo
