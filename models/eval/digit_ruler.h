#pragma once

#include <vector>

#include "autograd/tensor.h"
#include "datasets/examples.h"

/// What a classifier and the training set say of samples: cheap to read, and no proof of quality.
namespace gradzoo {

/// A class counts as called where its probability is above this.
inline constexpr double kConfident = 0.9;

struct RulerReading {
  int64_t count = 0;           // images measured
  double confident = 0;        // share of them with max_y p(y|x) > kConfident
  double confident_error = 0;  // its standard error, sqrt(p (1 - p) / n)
  double label_entropy = 0;    // of the mean of p(y|x) over the images, nats: log(classes) if all come alike
  std::vector<int64_t> called = {};  // images by their most probable class: (classes)
  double nearest_mean = 0,
         nearest_median = 0;  // Euclidean distance of grey pixels to the nearest training image
};

/// Measures images (n, pixels) in [0,1]; `probabilities` gives (n, classes) for them. Throws Error where
/// there is no image, where widths differ from the training images', or where a pixel or a probability is not
/// finite.
RulerReading read_ruler(const Tensor& images, TensorFn probabilities, const Examples& train);

/// `n` images of a set, evenly spread over its order, as (n, pixels) grey. Throws Error unless 1 <= n <=
/// count.
Tensor evenly_spread(const Examples& images, int64_t n);

}  // namespace gradzoo
