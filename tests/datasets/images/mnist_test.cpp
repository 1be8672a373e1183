#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "datasets/images/idx_files.h"
#include "gradzoo/datasets/images/image_dataset.h"
#include "gradzoo/datasets/registry.h"
#include "support/paths.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

// GRADZOO_DATA as given while this lives.
class DataVariable {
 public:
  explicit DataVariable(const std::string& value) {
    if (const char* before = std::getenv("GRADZOO_DATA")) before_ = before;
    ::setenv("GRADZOO_DATA", value.c_str(), 1);
  }
  ~DataVariable() {
    if (before_.empty())
      ::unsetenv("GRADZOO_DATA");
    else
      ::setenv("GRADZOO_DATA", before_.c_str(), 1);
  }

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("MNIST is found in the source tree") {
  if (std::getenv("GRADZOO_DATA")) return;  // the user has said where it lies
  CHECK(fs::equivalent(mnist_folder(), test::source_dir() + "/datasets/mnist"));
}

TEST_CASE("GRADZOO_DATA says where MNIST lies, and goes before all else") {
  const test::ScratchFolder scratch;
  const DataVariable variable(scratch.path().string());
  CHECK(test::error_message([] { mnist_folder(); }) ==
        "datasets: mnist is not at " + (scratch.path() / "mnist").string() +
            ". Hint: set GRADZOO_DATA to the folder that holds it");
  fs::create_directory(scratch.path() / "mnist");
  CHECK(mnist_folder() == (scratch.path() / "mnist").string());
}

TEST_CASE("MNIST with a label that is no digit is refused") {
  const test::ScratchFolder scratch;
  fs::create_directory(scratch.path() / "mnist");
  scratch.write("mnist/train-images-idx3-ubyte", test::idx_bytes({2, 1, 1}, {0, 1}));
  scratch.write("mnist/train-labels-idx1-ubyte", test::idx_bytes({2}, {9, 10}));
  scratch.write("mnist/t10k-images-idx3-ubyte", test::idx_bytes({1, 1, 1}, {0}));
  scratch.write("mnist/t10k-labels-idx1-ubyte", test::idx_bytes({1}, {0}));
  const DataVariable variable(scratch.path().string());
  CHECK(test::contains(test::error_message([] { load_images("mnist"); }),
                       "train-labels-idx1-ubyte: has a label 10, but mnist has the classes 0 to 9"));
}

}  // namespace gradzoo
