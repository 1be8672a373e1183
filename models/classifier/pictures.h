#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of what a classifier gets right and wrong.
namespace gradzoo {

/// The predictions for n images.
struct Predictions {
  Tensor probabilities;         // (n, classes)
  std::vector<int64_t> called;  // the most probable class
  std::vector<int64_t> labels;
};

/// `probabilities` gives (B, classes) for grey pixels (B, H*W).
Predictions predict(TensorFn probabilities, const Examples& images);

/// One row for each predicted class, with up to ten images misclassified so, the most confident first.
Picture misclassified(const Examples& images, const Predictions& predictions);

/// Confusion matrix. Row: label, column: predicted class; each cell shows the most confident example, black
/// if there is none.
Picture confusion(const Examples& images, const Predictions& predictions);

/// The two above, and the share of errors by label.
std::vector<Picture> classifier_pictures(const Examples& images, const Predictions& predictions);

}  // namespace gradzoo
