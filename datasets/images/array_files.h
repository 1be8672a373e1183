#pragma once

#include <string>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Returns true if the path is a file that begins like a .npy or .npz file.
bool is_array_file(const std::string& path);

/// Loads a .npy file, with NAME_labels.npy, NAME_test.npy and NAME_test_labels.npy from its folder if they
/// exist; or a .npz file with the names of arrays that docs/data.md lists. Images are (N, H, W), (N, H, W, C)
/// or (N, C, H, W), and C is 1, 3 or 4 (the fourth channel is opacity). Values are bytes, floats in [0, 1],
/// or whole floats in [0, 255]. (N, D) are images of `options.size` squared pixels, or points if that size is
/// 0. Images are not resampled. Throws Error otherwise.
ImageDataset load_array_file(const std::string& path, const ImageOptions& options);

}  // namespace gradzoo
