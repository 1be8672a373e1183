#pragma once

#include <string>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// Writes images (n, H, W) or (n, H, W, 3), or points (n, d), by what `path` is. `.png`: a grid with rows of
/// ten or a scatter, over the contours of `truth` where it is a 2-D toy of known density; of numbers on a
/// line
/// `.svg`: a histogram. `.npy`: NumPy's
/// format 1.0, float32. `.csv`: a line a sample. A folder (`path` ends in '/', or
/// is one that is empty): 000000.png and so on, an image each. A file is written atomically. Throws Error for
/// another ending, before anything is written, for points into a folder, or where the file cannot be written.
void write_samples(const std::string& path, const Tensor& samples, const Toy* truth = nullptr);

/// Throws Error unless `path` is one that write_samples knows what to do with.
/// `picture` is the ending that a picture of them has; "" where that is not known yet.
void check_samples_path(const std::string& path, const std::string& picture = "");

/// The picture of samples of such data: ".png", or ".svg" of numbers on a line, which is a chart.
std::string picture_ending(const DataShape& shape);

}  // namespace gradzoo
