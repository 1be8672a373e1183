#pragma once

#include <string>
#include <vector>

namespace gradzoo {

/// The result of one check of a dataset.
struct Finding {
  std::string what;  // "train-images-idx3-ubyte.gz", "training labels"
  std::string text;  // what was found, or the error
  bool good = false;
};

/// Checks a dataset ("mnist", "fashion" or a folder, as load_images takes it): its files and their SHA-256
/// where the folder records them in SHA256SUMS.raw (mnist's must), counts, sizes, range and mean of the
/// pixels, and how often each label occurs. A failure is returned as a finding that is not good; nothing is
/// thrown.
std::vector<Finding> check_dataset(const std::string& spec);

}  // namespace gradzoo
