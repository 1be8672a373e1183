#include "gradzoo/experiments/uses/write_images.h"

#include <cmath>

#include <doctest/doctest.h>

#include "datasets/images/picture_makers.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

ImageDataset coloured(bool labels) {
  ImageDataset data;
  data.name = "made";
  Rng rng(4, "write_images_test");
  const auto images = [&](int64_t n) { return cast(floor(rand({n, 5, 4, 3}, rng) * 256.0), DType::u8); };
  data.train_images = images(7);
  data.test_images = images(3);
  if (!labels) return data;
  data.train_labels = cast(tensor({0, 0, 1, 1, 1, 2, 2}, {7}), DType::u8);
  data.test_labels = cast(tensor({0, 2, 2}, {3}), DType::u8);
  data.classes = 3;
  data.class_names = {"ape", "bee", "cat"};
  return data;
}

std::vector<double> labels_of(const Tensor& labels) {
  return labels.defined() ? labels.to_vector() : std::vector<double>();
}

TEST_CASE("every form is read back as it was: both parts, in order of their labels") {
  const test::Variable off("GRADZOO_CACHE", "off");
  for (const bool labels : {false, true})
    for (const auto& way : {std::pair{ImageForm::png, "folder"}, std::pair{ImageForm::npy, "x.npy"},
                            std::pair{ImageForm::npz, "x.npz"}, std::pair{ImageForm::idx, "idx"}}) {
      const ImageForm form = way.first;
      const std::string name = way.second;
      const test::ScratchDirectory at;
      const ImageDataset data = coloured(labels);
      write_dataset(at.file(name), data, form);
      const ImageDataset found = load_images(at.file(name));
      CAPTURE(name);
      CAPTURE(labels);
      CHECK(found.train_images.to_vector() == data.train_images.to_vector());
      CHECK(found.test_images.to_vector() == data.test_images.to_vector());
      CHECK(labels_of(found.train_labels) == labels_of(data.train_labels));
      CHECK(labels_of(found.test_labels) == labels_of(data.test_labels));
      CHECK_FALSE(found.test_drawn);
    }
}

TEST_CASE("a class whose name would lead out of the folder is written under its number") {
  const test::ScratchDirectory at;
  ImageDataset data = coloured(true);
  data.class_names[1] = "../bee";
  write_dataset(at.file("deep/folder"), data, ImageForm::png);
  CHECK(std::filesystem::exists(at.file("deep/folder/train/ape")));
  CHECK_FALSE(std::filesystem::exists(at.file("deep/folder/bee")));
  CHECK_FALSE(std::filesystem::exists(at.file("deep/bee")));
}

TEST_CASE("nothing is written over, and points are no pictures") {
  const test::ScratchDirectory at;
  test::write_below(at.path(), "there/x.txt", "mine");
  const auto refusal = [](const std::string& path, const ImageDataset& data, ImageForm form) {
    return test::error_message([&] { write_dataset(path, data, form); });
  };
  CHECK(test::contains(refusal(at.file("there"), coloured(true), ImageForm::png), "exists already"));
  CHECK(test::contains(refusal(at.file("there"), coloured(true), ImageForm::idx), "exists already"));
  test::write_file(at.file("x_test_labels.npy"), "of another time");
  ImageDataset unlabelled = coloured(false);
  CHECK(test::contains(refusal(at.file("x.npy"), unlabelled, ImageForm::npy),
                       "x_test_labels.npy: exists already"));
  CHECK_FALSE(std::filesystem::exists(at.file("x.npy")));
  CHECK(refusal(at.file("x.npy"), coloured(true), ImageForm::npy).empty());  // which writes all four
  ImageDataset points;
  points.name = "points";
  points.train_images = points.test_images = zeros({3, 2});
  CHECK(test::contains(refusal(at.file("p"), points, ImageForm::png), "cannot be written as pictures"));
}

TEST_CASE("pixels become the nearest bytes, and what is no pixel one of the ends") {
  const Tensor x = tensor({-1, 0, 0.5, 1.0 / 255, 1, 2, NAN, INFINITY}, {1, 2, 4});
  CHECK(image_bytes(x).to_vector() == std::vector<double>{0, 0, 128, 1, 255, 255, 0, 255});
}

TEST_CASE("some images are the first of each class, then others, as many as were asked for") {
  const ImageDataset data = coloured(true);
  const Image row = some_images(data, 5);
  CHECK(row.width > 5 * row.height / 2);
  // The first of class 1 is the last image; all pixels of image i are i.
  ImageDataset late;
  late.train_images = cast(reshape(arange(40), {40, 1, 1}) * ones({40, 2, 3}), DType::u8);
  late.train_labels = cast(concat(zeros({39}), ones({1}), 0), DType::u8);
  const Image two = some_images(late, 2);
  const auto grey_at = [&](int x) {
    return two.rgb[static_cast<size_t>(3 * (two.height / 2 * two.width + x))];
  };
  CHECK(grey_at(two.width / 4) == 0);
  CHECK(grey_at(3 * two.width / 4) == 39);
}

}  // namespace
}  // namespace gradzoo
