#pragma once

#include <vector>

#include "autograd/tensor.h"
#include "datasets/examples.h"
#include "models/pictures/picture.h"

/// What a classifier gets right and wrong, as pictures.
namespace gradzoo {

/// What is said of each of n images.
struct Predictions {
  Tensor probabilities;         // (n, classes)
  std::vector<int64_t> called;  // the most probable class
  std::vector<int64_t> labels;
};

/// `probabilities` gives (B, classes) for grey pixels (B, H*W).
Predictions predict(TensorFn probabilities, const Examples& images);

/// A row a class that was called, with up to ten images wrongly called so, the surest first.
Picture misclassified(const Examples& images, const Predictions& predictions);

/// Row: label, column: class that was called; in each place the surest example, black where there is none.
Picture confusion(const Examples& images, const Predictions& predictions);

/// The two above, and the share of errors by label.
std::vector<Picture> classifier_pictures(const Examples& images, const Predictions& predictions);

}  // namespace gradzoo
