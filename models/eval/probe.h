#pragma once

#include <cstdint>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/models/eval/estimate.h"

namespace gradzoo {

/// Features of examples and the classes that these are of.
struct LabelledFeatures {
  Tensor features;  ///< (n, features) f32
  Tensor labels;    ///< (n) i64
};

/// What a linear classifier makes of features.
struct ProbeResult {
  Estimate error;           ///< share of test examples that it gets wrong
  double valid_error = 0;   ///< the same of those that chose the decay
  double weight_decay = 0;  ///< which was chosen
};

/// How well classes are told apart by a linear function of features: softmax regression, what codes are held
/// against each other by (Vincent et al. 2010, "Stacked denoising autoencoders", section 5; Alain & Bengio
/// 2017, "Understanding intermediate layers using linear classifier probes"). Features are moved to mean 0
/// and variance 1 of `fit`; of some weight decays the one counts that errs least on `valid`. Throws Error
/// where features are not finite, or of several widths.
ProbeResult probe(const LabelledFeatures& fit, const LabelledFeatures& valid, const LabelledFeatures& test,
                  int64_t classes, uint64_t seed);

}  // namespace gradzoo
