#include "datasets/images/image_folder.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFashionFolder = "/usr/share/datasets/fashion-mnist";

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// `part` "train" or "t10k", `what` "images-idx3" or "labels-idx1": the usual names, and those with ".idx"; ""
// where there is none.
std::string find_file(const std::string& folder, const std::string& part, std::string what) {
  const std::string usual = fmt::format("{}-{}-ubyte", part, what);
  what[what.find("-idx")] = '.';
  const std::string dotted = fmt::format("{}-{}-ubyte", part, what);
  for (const std::string& name : {usual, dotted})
    for (const char* ending : {"", ".gz"}) {
      const fs::path path = fs::path(folder) / (name + ending);
      std::error_code error;
      if (fs::exists(path, error)) return path.string();
    }
  return "";
}

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

ImageFiles find_all(const std::string& folder) {
  return {find_file(folder, "train", "images-idx3"), find_file(folder, "train", "labels-idx1"),
          find_file(folder, "t10k", "images-idx3"), find_file(folder, "t10k", "labels-idx1")};
}

}  // namespace

std::string image_folder(const std::string& spec) {
  if (spec == "mnist") return mnist_folder();
  if (spec == "fashion") {
    if (is_folder(kFashionFolder)) return kFashionFolder;
    throw Error("fashion: Fashion-MNIST is not at {}. Hint: apt-get install dataset-fashion-mnist",
                kFashionFolder);
  }
  if (is_folder(spec) || is_file(spec)) return spec;
  check_visible(spec);
  if (spec.find('/') != std::string::npos || spec.ends_with(".npy") || spec.ends_with(".npz"))
    throw Error("{}: no such folder or file. Hint: check the path, or give the name of a dataset", spec);
  if (is_toy(spec))
    throw Error("{} is a toy, which is not read from files. Hint: use mnist, fashion, or a folder", spec);
  throw Error("unknown dataset '{}', and no such folder. {}", spec, did_you_mean(spec, dataset_names()));
}

bool is_idx_folder(const std::string& folder) { return !find_all(folder).paths().empty(); }

ImageFiles find_image_files(const std::string& folder) {
  ImageFiles files = find_all(folder);
  if (files.train_images.empty())
    throw Error(
        "{}: has no train-images-idx3-ubyte (nor train-images-idx3-ubyte.gz). Hint: add "
        "train-images-idx3-ubyte; train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte "
        "are optional, gzipped or plain",
        folder);
  const bool test = !files.test_images.empty(), labels = !files.train_labels.empty();
  if (!files.test_labels.empty() != (test && labels))
    throw Error("{}: has {}. Hint: give labels for both parts or for neither", folder,
                !test    ? "t10k-labels-idx1-ubyte, but no t10k-images-idx3-ubyte"
                : labels ? "no t10k-labels-idx1-ubyte (nor t10k-labels-idx1-ubyte.gz)"
                         : "t10k-labels-idx1-ubyte, but no train-labels-idx1-ubyte");
  return files;
}

std::vector<std::string> ImageFiles::paths() const {
  std::vector<std::string> there;
  for (const std::string& path : {train_images, train_labels, test_images, test_labels})
    if (!path.empty()) there.push_back(path);
  return there;
}

}  // namespace gradzoo
