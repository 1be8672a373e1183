#include "gradzoo/datasets/registry.h"

#include <doctest/doctest.h>

#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

TEST_CASE("the list tells the truth about the bundled dataset") {
  REQUIRE(dataset_names().at(0) == "mnist");
  const DatasetInfo& info = known_datasets()[0];
  const ImageDataset data = load_images(info.name);
  CHECK(info.train == data.train_images.dim(0));
  CHECK(info.test == data.test_images.dim(0));
  CHECK(info.values == "28x28 bytes, 10 classes");
}

TEST_CASE("every known dataset has a name of its own and a line about it") {
  for (const DatasetInfo& info : known_datasets()) CHECK_FALSE(info.description.empty());
  for (const ToyInfo& info : known_toys()) CHECK_FALSE(info.description.empty());
  const auto names = dataset_names();
  for (size_t i = 0; i < names.size(); ++i)
    for (size_t j = 0; j < i; ++j) CHECK(names[i] != names[j]);
}

}  // namespace gradzoo
