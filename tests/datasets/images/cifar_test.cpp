#include "datasets/images/cifar.h"

#include <doctest/doctest.h>

#include "datasets/images/picture_makers.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

// Value of a pixel in a plane: 0 for red, 1 for green, 2 for blue. No two planes are alike.
uint8_t cifar_value(int plane, int pixel, uint8_t seed) {
  return static_cast<uint8_t>(pixel * 7 + plane * 50 + seed);
}

// A row: its label, then 32 x 32 values of red, of green, of blue.
std::string cifar_row(char label, uint8_t seed) {
  std::string row(1, label);
  for (int plane = 0; plane < 3; ++plane)
    for (int pixel = 0; pixel < 1024; ++pixel) row += static_cast<char>(cifar_value(plane, pixel, seed));
  return row;
}

TEST_CASE("CIFAR-10's planes become pixels, batches in their order, names from the file of names") {
  const test::ScratchDirectory folder;
  test::write_file(folder.file("data_batch_2.bin"), cifar_row(9, 5));
  test::write_file(folder.file("data_batch_1.bin"), cifar_row(3, 1) + cifar_row(0, 2));
  test::write_file(folder.file("test_batch.bin"), cifar_row(7, 3));
  test::write_file(folder.file("batches.meta.txt"),
                   "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n");
  REQUIRE(is_cifar_folder(folder.path().string()));
  const ImageDataset data = load_cifar_folder(folder.path().string());
  CHECK(data.train_images.shape() == Shape{3, 32, 32, 3});
  CHECK(data.train_labels.to_vector() == std::vector<double>{3, 0, 9});
  CHECK(data.test_labels.to_vector() == std::vector<double>{7});
  CHECK(data.class_names.at(3) == "cat");
  const auto check = [](const Tensor& images, std::initializer_list<uint8_t> seeds) {
    const uint8_t* pixels = images.data<uint8_t>();
    for (const uint8_t seed : seeds)
      for (int p = 0; p < 1024; ++p)
        for (int c = 0; c < 3; ++c) REQUIRE(*pixels++ == cifar_value(c, p, seed));
  };
  check(data.train_images, {1, 2, 5});
  REQUIRE(data.test_images.shape() == Shape{1, 32, 32, 3});
  check(data.test_images, {3});
}

TEST_CASE("a batch that lies there packed too is read once") {
  const test::ScratchDirectory folder;
  test::write_file(folder.file("data_batch_1.bin"), cifar_row(3, 1));
  test::write_file(folder.file("data_batch_1.bin.gz"), cifar_row(4, 1));  // not packed: read as it is
  test::write_file(folder.file("data_batch_2.bin.gz"), cifar_row(5, 1));
  CHECK(load_cifar_folder(folder.path().string()).train_labels.to_vector() == std::vector<double>{3, 5});
}

TEST_CASE("a batch that is cut short, or has a label above 9, is refused") {
  const test::ScratchDirectory folder;
  const auto refusal = [&](const std::string& bytes) {
    test::write_file(folder.file("data_batch_1.bin"), bytes);
    return test::error_message([&] { load_cifar_folder(folder.path().string()); });
  };
  CHECK(test::contains(refusal(cifar_row(1, 1) + "abc"), "row 1 is cut short"));
  CHECK(test::contains(refusal(cifar_row(10, 1)), "row 0"));
  CHECK(test::contains(refusal(""), "no images"));
  const test::ScratchDirectory none;
  CHECK_FALSE(is_cifar_folder(none.path().string()));
}

}  // namespace
}  // namespace gradzoo
