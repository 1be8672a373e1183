#pragma once

#include <string>
#include <vector>

namespace gradzoo {

/// The IDX files of a dataset of images. Only the first must be there.
struct ImageFiles {
  std::string train_images, train_labels, test_images, test_labels;  // paths; "" where there is none

  /// Those that are there.
  std::vector<std::string> paths() const;
};

/// Where a dataset's files lie: for "mnist" GRADZOO_DATA/mnist if that variable is set, else
/// ../share/gradzoo/datasets/mnist beside the program, else the source tree; for "fashion" where Debian puts
/// it; else the folder or file itself. Throws Error with the nearest known name, or with the package to
/// install.
std::string image_folder(const std::string& spec);

/// Whether a folder holds one of the files that find_image_files looks for.
bool is_idx_folder(const std::string& folder);

/// The files in a folder: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
/// t10k-labels-idx1-ubyte, gzipped (".gz") or plain; ".idx3" in place of "-idx3" will do. Throws Error where
/// the first is missing, and where labels are without their images, or of one part alone.
ImageFiles find_image_files(const std::string& folder);

}  // namespace gradzoo
