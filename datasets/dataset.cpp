#include "datasets/dataset.h"

#include <fmt/format.h>

namespace gradzoo {
namespace {

constexpr int64_t kHeldOutPoints = 10'000;
constexpr uint64_t kPointsSeed = 21;  // any number, but the same for ever

}  // namespace

Dataset::Dataset(const std::string& spec, const ToyOptions& toy) : name_(spec) {
  if (is_toy(spec)) {
    shape_.toy = make_toy(spec, toy);
    shape_.example = {shape_.toy->dimensions()};
    return;
  }
  images_ = load_images(spec);
  if (toy.scale != 1 || toy.noise != 0) {
    throw Error("toy_scale and toy_noise change a toy, and '{}' holds images. Hint: leave them away", spec);
  }
  shape_.example = {images_->height(), images_->width()};
  shape_.classes = images_->classes;
}

Examples Dataset::split(Split part) const {
  if (images_) return images_->split(part);
  const bool training = part == Split::fit || part == Split::train;
  const int64_t count = training ? kToyEpoch : kHeldOutPoints;
  Rng rng(kPointsSeed, fmt::format("datasets/{}", training ? "train" : split_name(part)));
  return {shape_.toy->sample(count, rng), {}, arange(count, DType::i64)};
}

std::unique_ptr<BatchSource> Dataset::batches(Split part, const BatchOptions& options) const {
  if (images_) return std::make_unique<Batches>(images_->split(part), options);
  return std::make_unique<ToyBatches>(shape_.toy, options);
}

}  // namespace gradzoo
