#pragma once

#include <string>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// Writes images (n, H, W) or (n, H, W, 3), or points (n, d). The ending of `path` gives the form. `.png`: a
/// grid with rows of ten images, or a scatter plot, over the contours of `truth` if its density is known.
/// `.svg`: a histogram of 1-D points. `.npy`: NumPy's format 1.0, float32. `.csv`: one line per sample. A
/// folder (`path` ends in '/' or is an empty folder): 000000.png and so on, one file per image. Files are
/// written atomically. Throws Error for another ending, before anything is written, for points into a folder,
/// and if a file cannot be written.
void write_samples(const std::string& path, const Tensor& samples, const Toy* truth = nullptr);

/// Throws Error unless write_samples() accepts the ending of `path`.
/// `picture` is picture_ending() of the data, or "" if the data are unknown.
void check_samples_path(const std::string& path, const std::string& picture = "");

/// Returns the ending of a picture of samples: ".png", or ".svg" for 1-D points, whose picture is a chart.
std::string picture_ending(const DataShape& shape);

}  // namespace gradzoo
