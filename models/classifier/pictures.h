#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of the correct and wrong predictions of a classifier.
namespace gradzoo {

/// The predictions for n images.
struct Predictions {
  Tensor probabilities;         // (n, classes)
  std::vector<int64_t> called;  // most probable class per image
  std::vector<int64_t> labels;
};

/// Returns the predictions for images; `probabilities` maps grey pixels (B, H*W) to (B, classes).
Predictions predict(TensorFn probabilities, const Examples& images);

/// Draws one row per predicted class: up to ten images misclassified as this class, the most confident
/// first.
Picture misclassified(const Examples& images, const Predictions& predictions);

/// Draws the confusion matrix, with a row per label and a column per predicted class. Each cell shows the
/// most confident example, or black if there is none.
Picture confusion(const Examples& images, const Predictions& predictions);

/// Draws the two pictures above, and the share of errors per label.
std::vector<Picture> classifier_pictures(const Examples& images, const Predictions& predictions);

}  // namespace gradzoo
