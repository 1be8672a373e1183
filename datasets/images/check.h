#pragma once

#include <string>
#include <vector>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// The result of one check of a dataset.
struct Finding {
  std::string what;  // checked object: "train-images-idx3-ubyte.gz", "training labels"
  std::string text;  // result, or the error
  bool good = false;
};

/// The results of all checks of a dataset.
struct DatasetCheck {
  std::vector<Finding> findings;
  ImageDataset data;  // data that could be read
};

/// Checks a dataset ("mnist", "fashion" or a path, as in load_images): its files and their SHA-256 if a
/// folder of IDX files records them in SHA256SUMS.raw (mnist's must), counts, sizes, range and mean of the
/// values, the frequency of each label, duplicate images, and skipped files by reason. A failure is returned
/// as a finding with good = false; no error is thrown.
DatasetCheck check_dataset(const std::string& spec, const ImageOptions& options = {},
                           const ReadProgress& progress = {});

}  // namespace gradzoo
