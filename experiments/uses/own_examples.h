#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"

namespace gradzoo {

/// What files hold, as examples of a run.
struct OwnExamples {
  Tensor values;                   // (n, H, W) or (n, H, W, 3) u8; of points (n, d) f32
  std::vector<std::string> names;  // of each: "a.png", "points.npy[3]"
  std::string remarks = {};        // what was done to them, a line each
};

inline constexpr int64_t kMostOwnExamples = 10'000;

/// Reads PNG and JPEG pictures and arrays (.npy, .npz) of images, or .npy arrays of points, and brings them
/// to the shape of what a run learned, by its options: of a picture of another size the square in its middle
/// is resampled, colours become grey where the run's images are. Throws Error, naming the file and what to
/// do, where it cannot be read, where images have other sides and the run's are no squares, for points of
/// another width, for numbers that are not finite or that are no bits where the run's are, and for more than
/// kMostOwnExamples.
OwnExamples own_examples(std::span<const std::string> files, const DataShape& shape,
                         const ImageOptions& options);

}  // namespace gradzoo
