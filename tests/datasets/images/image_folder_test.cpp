#include "datasets/images/image_folder.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "datasets/images/idx_files.h"

namespace gradzoo {
namespace {

std::string refusal(const std::string& spec) {
  return test::error_message([&] { image_folder(spec); });
}

}  // namespace

TEST_CASE("an unknown dataset is answered by the nearest known one") {
  CHECK(refusal("mnits") == "unknown dataset 'mnits', and no such folder. Hint: did you mean 'mnist'?");
  CHECK(test::contains(refusal("cifar"), "Hint: one of mnist, fashion"));
  CHECK(test::contains(refusal(""), "unknown dataset ''"));
}

TEST_CASE("a path where nothing is is refused as a path") {
  CHECK(test::contains(refusal("./no/such/folder"), "./no/such/folder: no such folder or file. Hint: "));
  CHECK(test::contains(refusal("images.npy"), "images.npy: no such folder or file"));
}

TEST_CASE("Fashion-MNIST is found where Debian puts it, or its package is named") {
  if (std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
    CHECK_NOTHROW(find_image_files(image_folder("fashion")));
  else
    CHECK(test::contains(refusal("fashion"), "apt-get install dataset-fashion-mnist"));
}

}  // namespace gradzoo
