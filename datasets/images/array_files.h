#pragma once

#include <string>

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Whether the path is a file that begins as a .npy or .npz file does.
bool is_array_file(const std::string& path);

/// Loads a .npy file, with NAME_labels.npy, NAME_test.npy and NAME_test_labels.npy beside it where they are
/// there; or a .npz file, whose arrays are named as docs/data.md lists them. Images are (N, H, W), (N, H, W,
/// C) or (N, C, H, W) with C of 1, 3 or 4 (the fourth is opacity), in bytes 0 to 255 or in floats, which lie
/// all in [0, 1] or are whole in [0, 255]. (N, D) are images of `options.size` squared pixels, or points
/// where that is 0. Nothing is resampled yet. Throws Error for anything else.
ImageDataset load_array_file(const std::string& path, const ImageOptions& options);

}  // namespace gradzoo
