#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/shape.h"
#include "gradzoo/base/folders.h"

namespace gradzoo {

/// A named dataset, as `gradzoo list datasets` shows it.
struct DatasetInfo {
  std::string name;         ///< name for --data
  std::string description;  ///< one line: contents and source
  std::string values;       ///< type of one example: "28x28 bytes, 10 classes"
  Shape example;            ///< (H, W)
  int64_t classes = 0;      ///< number of classes; 0: no labels
  int64_t train = 0;        ///< number of training examples
  int64_t test = 0;         ///< number of test examples
  double diameter = 0;      ///< diameter of the data, as DataShape::diameter()
};

/// Returns the sets of images with a name for `--data`, in the order that lists show.
std::span<const DatasetInfo> known_datasets();

/// Returns the names of these datasets and of the toys.
std::vector<std::string> dataset_names();

/// Returns the folder of the bundled MNIST, in GRADZOO_DATA if that variable is set. Throws Error naming the
/// searched folders if MNIST is missing.
inline std::string mnist_folder() {
  return (find_data_folder("datasets", "mnist", "GRADZOO_DATA") / "mnist").string();
}

}  // namespace gradzoo
