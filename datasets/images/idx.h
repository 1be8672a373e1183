#pragma once

#include <string>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Reads the images of an IDX file (LeCun's format for MNIST; gzipped or plain, found out by its first
/// bytes): unsigned bytes of rank 3, (N, H, W), or 4, (N, H, W, C) of 1 or 3 channels. Returns u8 (N, H, W),
/// or (N, H, W, 3) of coloured ones, each at least 1, sides at most 4096, at most 1 GiB in all. Throws Error
/// naming the file where it is missing, cut short, damaged, of another kind, or longer than its header
/// promises.
Tensor read_idx_images(const std::string& path);

/// As read_idx_images, for labels: unsigned bytes of rank 1. Returns u8 (N).
Tensor read_idx_labels(const std::string& path);

}  // namespace gradzoo
