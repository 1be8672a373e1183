#pragma once

#include <string>
#include <vector>

namespace gradzoo {

/// The IDX files of a dataset of images. Only the first file is required.
struct ImageFiles {
  std::string train_images, train_labels, test_images, test_labels;  // paths; "" for a missing file

  /// Returns the paths of the files that exist.
  std::vector<std::string> paths() const;
};

/// Returns the folder of a dataset's files. For "mnist" it is GRADZOO_DATA/mnist if that variable is set,
/// else ../share/gradzoo/datasets/mnist relative to the program, else in the source tree; for "fashion" it is
/// Debian's folder. Any other spec is a path. Throws Error with the nearest known name, or with the package
/// to install, if the path does not exist.
std::string image_folder(const std::string& spec);

/// Returns true if a folder has one of the files that find_image_files looks for.
bool is_idx_folder(const std::string& folder);

/// Returns the IDX files in a folder: train-images-idx3-ubyte, train-labels-idx1-ubyte,
/// t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, gzipped (".gz") or plain; names with ".idx3" instead of
/// "-idx3" are accepted. Throws Error if the first file is missing, if labels have no images, or if only one
/// part has labels.
ImageFiles find_image_files(const std::string& folder);

}  // namespace gradzoo
