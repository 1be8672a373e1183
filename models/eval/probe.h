#pragma once

#include <cstdint>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/models/eval/estimate.h"

namespace gradzoo {

/// The features of examples, with their class labels.
struct LabelledFeatures {
  Tensor features;  ///< (n, features) f32
  Tensor labels;    ///< (n) i64
};

/// The result of a linear classifier on features.
struct ProbeResult {
  Estimate error;           ///< share of misclassified test examples
  double valid_error = 0;   ///< share of misclassified validation examples
  double weight_decay = 0;  ///< weight decay with the least validation error
};

/// Measures how well a linear classifier separates classes by features: softmax regression, the usual
/// comparison of codes (Vincent et al. 2010, "Stacked denoising autoencoders", section 5; Alain & Bengio
/// 2017, "Understanding intermediate layers using linear classifier probes"). Features are standardised with
/// the mean and variance of `fit`; the weight decay with the least error on `valid` is chosen. Throws Error
/// if features are not finite or differ in width.
ProbeResult probe(const LabelledFeatures& fit, const LabelledFeatures& valid, const LabelledFeatures& test,
                  int64_t classes, uint64_t seed);

}  // namespace gradzoo
