#include "gradzoo/datasets/dataset.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "datasets/toys/point_set.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/images/sha256.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/datasets/registry.h"

namespace gradzoo {
namespace {

constexpr int64_t kHeldOutPoints = 10'000;
constexpr uint64_t kPointsSeed = 21;  // any number, but the same for ever

}  // namespace

void DatasetOptions::describe(OptionTable& options) {
  options.add("data", data,
              "dataset: a known name (gradzoo list datasets), a folder of pictures or IDX files, a .npy or "
              ".npz file");
  options.add("toy_scale", toy_scale, "factor of a toy's points", {1e-3, 1e3});
  options.add("toy_noise", toy_noise, "width of a toy's modes or arcs before scaling; 0: the toy's default",
              {0, 1e3});
  subset.describe(options);
  images.describe(options);
}

std::string DatasetOptions::chosen() const {
  const std::string which = subset.description(), how = images.description();
  return which.empty() || how.empty() ? which + how : which + " " + how;
}

std::string DatasetOptions::description() const {
  const std::string how = chosen();
  return how.empty() ? data : data + " " + how;
}

namespace {

DataShape shape_of_toy(const DatasetOptions& options) {
  if (!options.subset.is_all())
    throw Error("{} selects images, and {} is a toy. Hint: remove that option", options.subset.description(),
                options.data);
  if (!options.images.is_default())
    throw Error("{} changes images, and {} is a toy. Hint: remove that option", options.images.description(),
                options.data);
  DataShape shape;
  shape.toy = make_toy(options.data, options.toy());
  shape.example = {shape.toy->dimensions()};
  if (options.toy_scale != 1 && !make_toy(options.data)->binary() && !shape.kind().is_bounded())
    shape.units = {zeros({shape.size()}), full({shape.size()}, options.toy_scale)};
  return shape;
}

double diameter_of_images(const ImageDataset& images) {
  const Examples train = images.split(Split::train);
  const int64_t n = std::min(kDiameterExamples, train.count());
  const Rng rng(0, "datasets/diameter");
  return diameter_of(read_examples(train, 0, n, Pixels::grey, rng).x);
}

// Those of these that are not just all numbers below `classes`.
LabelNames worth_noting(const LabelNames& names, int64_t classes) {
  bool numbers = std::ssize(names) == classes;
  for (const auto& [label, name] : names) numbers = numbers && name == fmt::format("{}", label);
  return numbers ? LabelNames() : names;
}

LabelNames learned_labels(const ImageDataset& images, const SubsetOptions& subset) {
  std::array<bool, 256> has_images{};
  const Tensor& labels = images.train_labels;
  for (int64_t i = 0; i < (labels.defined() ? labels.size() : 0); ++i)
    has_images[labels.data<uint8_t>()[i]] = true;
  LabelNames names;
  if (images.classes == 0) return names;
  for (const int64_t label : subset.labels(images.classes)) {
    const auto place = static_cast<size_t>(label);
    if (has_images[place])
      names[label] = images.class_names.empty() ? fmt::format("{}", label) : images.class_names[place];
  }
  return worth_noting(names, images.classes);
}

}  // namespace

LabelNames selected_labels(const SubsetOptions& subset, int64_t classes) {
  LabelNames names;
  if (classes == 0) return names;
  for (const int64_t label : subset.labels(classes)) names[label] = fmt::format("{}", label);
  return worth_noting(names, classes);
}

DataShape shape_of(const DatasetOptions& options) {
  if (is_toy(options.data)) return shape_of_toy(options);
  for (const DatasetInfo& known : known_datasets()) {
    if (known.name == options.data && options.images.is_default())
      return {.example = known.example,
              .classes = known.classes,
              .image_diameter = known.diameter,
              .learned = selected_labels(options.subset, known.classes)};
  }
  return Dataset(options).shape();
}

Dataset::Dataset(const DatasetOptions& options) : name_(options.data), subset_(options.subset) {
  if (is_toy(name_)) {
    shape_ = shape_of_toy(options);
    return;
  }
  images_ = load_images(name_, options.images, options.progress);
  if (options.toy_scale != 1 || options.toy_noise != 0) {
    throw Error("toy_scale and toy_noise change a toy, and '{}' has {}. Hint: remove these options", name_,
                images_->is_images() ? "images" : "points from a file");
  }
  shape_.example = images_->train_images.shape().erase(0);
  shape_.classes = images_->classes;
  shape_.learned = learned_labels(*images_, subset_);
  if (!images_->is_images()) {
    const Examples training = images_->split(Split::fit);
    shape_.toy = make_point_set(training, name_);
    if (!shape_.kind().is_bounded())
      shape_.units = units_of_points(index_select(training.values, 0, training.rows));
    return;
  }
  const auto known = std::ranges::find(known_datasets(), name_, &DatasetInfo::name);
  shape_.image_diameter = known != known_datasets().end() && options.images.is_default()
                              ? known->diameter
                              : diameter_of_images(*images_);
}

std::string Dataset::sha256() const {
  if (!images_) return "";
  return sha256_of_bytes(
      {images_->train_images, images_->train_labels, images_->test_images, images_->test_labels});
}

Examples Dataset::split(Split part) const {
  if (images_) return subset_of(images_->split(part), images_->split(Split::train), subset_, shape_.classes);
  const bool training = part == Split::fit || part == Split::train;
  const int64_t count = training ? kToyEpoch : kHeldOutPoints;
  Rng rng(kPointsSeed, fmt::format("datasets/{}", training ? "train" : name_of(kSplits, part)));
  return {shape_.toy->sample(count, rng), {}, arange(count, DType::i64)};
}

std::unique_ptr<BatchSource> Dataset::batches(Split part, const BatchOptions& options) const {
  if (images_ && images_->is_images()) return std::make_unique<Batches>(split(part), options);
  return std::make_unique<ToyBatches>(shape_.toy, options);
}

}  // namespace gradzoo
