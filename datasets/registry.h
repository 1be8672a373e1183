#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/shape.h"
#include "gradzoo/base/folders.h"

namespace gradzoo {

/// The line of `gradzoo list datasets` for a dataset.
struct DatasetInfo {
  std::string name;         ///< as --data takes it
  std::string description;  ///< a line: what it shows and where it comes from
  std::string values;       ///< what one example is: "28x28 bytes, 10 classes"
  Shape example;            ///< (H, W)
  int64_t classes = 0;      ///< labels are below it; 0: none
  int64_t train = 0;        ///< examples to learn from
  int64_t test = 0;         ///< examples held back
  double diameter = 0;      ///< see DataShape::diameter
};

/// The sets of images that `--data` knows by name, in the order in which a list shows them.
std::span<const DatasetInfo> known_datasets();

/// Their names, and those of the toys.
std::vector<std::string> dataset_names();

/// The folder of the bundled MNIST, below what GRADZOO_DATA names, where it names some. Throws Error naming
/// where it looked if it isn't there.
inline std::string mnist_folder() {
  return (find_data_folder("datasets", "mnist", "GRADZOO_DATA") / "mnist").string();
}

}  // namespace gradzoo
