#include "gradzoo/datasets/registry.h"

#include <array>

#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

std::span<const DatasetInfo> known_datasets() {
  static const std::array<DatasetInfo, 2> kDatasets{{
      {"mnist",
       "handwritten digits (LeCun, Cortes, Burges); bundled",
       "28x28 bytes, 10 classes",
       {28, 28},
       10,
       60'000,
       10'000,
       14.892},
      {"fashion",
       "Fashion-MNIST: clothing (Zalando); Debian package dataset-fashion-mnist",
       "28x28 bytes, 10 classes",
       {28, 28},
       10,
       60'000,
       10'000,
       20.637},
  }};
  return kDatasets;
}

std::vector<std::string> dataset_names() {
  std::vector<std::string> names;
  for (const DatasetInfo& info : known_datasets()) names.push_back(info.name);
  for (const ToyInfo& info : known_toys()) names.push_back(info.name);
  return names;
}

}  // namespace gradzoo
