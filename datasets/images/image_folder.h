#pragma once

#include <array>
#include <string>

namespace gradzoo {

/// The four files of a dataset of images, in the order in which a reader expects them.
struct ImageFiles {
  std::string train_images, train_labels, test_images, test_labels;  // paths

  std::array<std::string, 4> paths() const { return {train_images, train_labels, test_images, test_labels}; }
};

/// Where a dataset's files lie: for "mnist" GRADZOO_DATA/mnist if that variable is set, else
/// ../share/gradzoo/datasets/mnist beside the program, else the source tree; for "fashion" where Debian puts
/// it; else the folder itself. Throws Error with the nearest known name, or with the package to install.
std::string image_folder(const std::string& spec);

/// The four files in a folder; throws Error naming the first that is missing.
ImageFiles find_image_files(const std::string& folder);

}  // namespace gradzoo
