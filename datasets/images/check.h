#pragma once

#include <string>
#include <vector>

namespace gradzoo {

/// One thing that was looked at in a dataset.
struct Finding {
  std::string what;  // "train-images-idx3-ubyte.gz", "training labels"
  std::string text;  // what was found, or the error
  bool good = false;
};

/// Looks a dataset over ("mnist", "fashion" or a folder, as load_images takes it): its files and their
/// SHA-256 where the folder records them in SHA256SUMS.raw (mnist's must), counts, sizes, range and mean of
/// the pixels, and how often each label occurs. What is wrong becomes a finding that isn't good; nothing is
/// thrown.
std::vector<Finding> check_dataset(const std::string& spec);

}  // namespace gradzoo
