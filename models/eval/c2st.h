#pragma once

#include <cstdint>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

/// Classifier two-sample test for the hypothesis that two sets of samples have the same distribution
/// (Lopez-Paz & Oquab 2017, "Revisiting classifier two-sample tests"). The statistic uses logits (Cheng &
/// Cloninger 2022), and its null distribution comes from permutations.
namespace gradzoo {

/// The options of the test.
struct C2stOptions {
  double held_out = 0.5;       ///< share of each set for testing, unseen by the classifier
  int64_t epochs = 0;          ///< passes over the training part; 0 means 10 for images, 40 for points
  int64_t permutations = 999;  ///< number of permutations of the held-out labels
  uint64_t seed = 0;           ///< seed of the split, the classifier and the permutations
};

/// The minimum number of examples in a set.
inline constexpr int64_t kC2stFewest = 20;

/// The result of the test; logits above 0 mean that the classifier predicts the first set.
struct C2stResult {
  double statistic = 0;       ///< mean held-out logit of set a minus the mean of set b
  double p_value = 1;         ///< p-value, uniform if the distributions are equal, for any classifier
  double accuracy = 0;        ///< balanced accuracy on the held-out examples
  Tensor rows_a, rows_b;      ///< (n) i64: indices of the held-out examples
  Tensor logits_a, logits_b;  ///< (n): logits of these examples
};

/// Trains a classifier on a part of both sets and tests it on the rest: a perceptron for points (n, d), a
/// convolutional network for images (n, H, W) or (n, H, W, C). The sets may differ in size and may have any
/// scale; equal rows have equal logits. Deterministic in the seed. Throws Error if the widths differ, if a
/// set has fewer than kC2stFewest examples, or if a value is not finite.
C2stResult c2st(const Tensor& a, const Tensor& b, const C2stOptions& options = {});

/// Returns the p-value of a permutation test: the share of permutations, the identity included, whose
/// difference of means is at least the difference for a (n) and b (m). It is uniform on 1/(permutations +
/// 1), ..., 1 if all n + m values are exchangeable.
double permutation_p_value(const Tensor& a, const Tensor& b, int64_t permutations, Rng& rng);

}  // namespace gradzoo
