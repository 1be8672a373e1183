#pragma once

#include <string>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Reads the images of an IDX file (LeCun's format for MNIST; its first bytes tell gzipped from plain):
/// unsigned bytes, (N, H, W) or (N, H, W, C) with 1 or 3 channels. Returns u8 (N, H, W), or (N, H, W, 3) for
/// coloured images. All sizes are at least 1, H and W at most 4096, and the array at most 1 GiB. Throws Error
/// naming the file if it is missing, cut short, damaged, of another type, or longer than its header states.
Tensor read_idx_images(const std::string& path);

/// Reads the labels of an IDX file, unsigned bytes of rank 1, as u8 (N). Throws as read_idx_images does.
Tensor read_idx_labels(const std::string& path);

}  // namespace gradzoo
