#pragma once

#include <string>

#include "autograd/tensor.h"
#include "datasets/toys/toy.h"

namespace gradzoo {

/// Writes images (n, H, W) or points (n, d) atomically, by the ending of `path`: `.png` a grid with rows of
/// ten or a scatter, over the contours of `truth` where it is a 2-D toy of known density, `.npy` NumPy's
/// format 1.0, float32, `.csv` a line a sample. Throws Error for another ending, before anything is written,
/// or where the file cannot be written.
void write_samples(const std::string& path, const Tensor& samples, const Toy* truth = nullptr);

/// Throws Error unless the ending of `path` is one that write_samples knows.
void check_samples_path(const std::string& path);

}  // namespace gradzoo
