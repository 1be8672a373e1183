#pragma once

#include <string>
#include <vector>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// The result of one check of a dataset.
struct Finding {
  std::string what;  // "train-images-idx3-ubyte.gz", "training labels"
  std::string text;  // what was found, or the error
  bool good = false;
};

/// A dataset looked over.
struct DatasetCheck {
  std::vector<Finding> findings;
  ImageDataset data;  // as far as it could be read
};

/// Checks a dataset ("mnist", "fashion" or a path, as load_images takes it): its files and their SHA-256
/// where a folder of IDX files records them in SHA256SUMS.raw (mnist's must), counts, sizes, range and mean
/// of the values, how often each label occurs, images that stand there twice, and what was skipped, by
/// reason. A failure is returned as a finding that is not good; nothing is thrown.
DatasetCheck check_dataset(const std::string& spec, const ImageOptions& options = {},
                           const ReadProgress& progress = {});

}  // namespace gradzoo
