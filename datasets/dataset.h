#pragma once

#include <memory>
#include <optional>
#include <string>

#include "datasets/batches.h"
#include "datasets/images/image_dataset.h"
#include "datasets/toys/toy.h"

namespace gradzoo {

/// The shape of what a model learns from.
struct DataShape {
  Shape example;                             // (H, W) of an image, (d) of a point
  int64_t classes = 0;                       // labels are 0 ... classes-1; 0: there are none
  std::shared_ptr<const Toy> toy = nullptr;  // the truth, where it is known

  int64_t size() const { return example.size(); }  // numbers in one example
  bool is_image() const { return example.rank() == 2; }
  int64_t height() const { return example[0]; }
  int64_t width() const { return example[1]; }
};

/// Images in bytes or a toy, by its name.
class Dataset {
 public:
  /// A toy's name, or what load_images takes. `toy` is read for toys alone: throws Error where it is given
  /// for images.
  explicit Dataset(const std::string& spec, const ToyOptions& toy = {});

  const std::string& name() const { return name_; }
  const DataShape& shape() const { return shape_; }
  /// One part. Of a toy: as many points as an epoch has for fit and train, 10,000 for valid and for test, the
  /// same in every run.
  Examples split(Split part) const;
  /// Batches for training from a part; a toy gives fresh points at every step.
  std::unique_ptr<BatchSource> batches(Split part, const BatchOptions& options) const;

 private:
  std::string name_;
  std::optional<ImageDataset> images_;
  DataShape shape_;
};

}  // namespace gradzoo
