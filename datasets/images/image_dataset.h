#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/options.h"
#include "datasets/examples.h"

namespace gradzoo {

/// The parts of a dataset. Choices (hyper-parameters, early stops) are made on fit and valid; train is both
/// together; test is for final figures.
enum class Split { fit, valid, train, test };

inline constexpr Choice<Split> kSplits[] = {
    {"fit", Split::fit}, {"valid", Split::valid}, {"train", Split::train}, {"test", Split::test}};

/// A set of grey images with labels, in bytes, all in memory.
struct ImageDataset {
  std::string name;     // "mnist", "fashion", or the folder's path
  std::string folder;   // where the files lie
  Tensor train_images;  // (N, H, W) u8
  Tensor train_labels;  // (N) u8
  Tensor test_images;   // (M, H, W) u8
  Tensor test_labels;   // (M) u8
  int64_t classes = 0;  // labels are 0 ... classes-1

  int64_t height() const { return train_images.dim(1); }
  int64_t width() const { return train_images.dim(2); }
  int64_t pixels() const { return height() * width(); }

  /// One part. `valid` is a twelfth of the training images (5,000 of MNIST's 60,000), `fit` the others: a
  /// fixed seeded choice, the same in every run and whatever the run's seed. Throws Error if there are fewer
  /// than twelve.
  Examples split(Split part) const;
};

/// Loads "mnist" (bundled), "fashion" (Debian's package dataset-fashion-mnist), or the folder of that path,
/// with the four IDX files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
/// t10k-labels-idx1-ubyte, gzipped (".gz") or plain; ".idx3" in place of "-idx3" will do. A known name goes
/// before a folder: "./mnist" is the folder. Throws Error where a file is missing or broken, or images and
/// labels don't match.
ImageDataset load_images(const std::string& spec);

}  // namespace gradzoo
