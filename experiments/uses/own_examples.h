#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"

namespace gradzoo {

/// The user's files as examples for a run.
struct OwnExamples {
  Tensor values;                   // images (n, H, W) or (n, H, W, 3) u8, or points (n, d) f32
  std::vector<std::string> names;  // name of each example: "a.png", "points.npy[3]"
  std::string remarks = {};        // one line per conversion
};

inline constexpr int64_t kMostOwnExamples = 10'000;

/// Reads PNG and JPEG pictures and arrays (.npy, .npz) of images, or .npy arrays of points, and converts them
/// to the shape of a run's data, with the run's options. The central square of a picture of another size is
/// resampled; colours become grey if the run's images are grey. Throws Error with the file and a hint if a
/// file cannot be read, if the sizes differ and the run's images are not square, if points have another
/// dimension, if values are not finite or not 0 and 1 for a run of binary data, and if there are more than
/// kMostOwnExamples.
OwnExamples own_examples(std::span<const std::string> files, const DataShape& shape,
                         const ImageOptions& options);

}  // namespace gradzoo
