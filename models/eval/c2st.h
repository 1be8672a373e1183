#pragma once

#include <cstdint>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"

/// Do two sets of samples have the same distribution? A test by a classifier (Lopez-Paz & Oquab 2017,
/// "Revisiting classifier two-sample tests"), with logits as the statistic (Cheng & Cloninger 2022) and its
/// null distribution by permutation.
namespace gradzoo {

/// How the test is done.
struct C2stOptions {
  double held_out = 0.5;       ///< share of each set that the classifier never sees
  int64_t epochs = 0;          ///< 0: 10 of images, 40 of points
  int64_t permutations = 999;  ///< of the held-out labels
  uint64_t seed = 0;           ///< of the split, the classifier and the permutations
};

/// The minimum number of examples in a set.
inline constexpr int64_t kC2stFewest = 20;

/// The result of the test; logits above 0 mean that the classifier predicts the first set.
struct C2stResult {
  double statistic = 0;       ///< mean held-out logit of a minus that of b
  double p_value = 1;         ///< uniform if the distributions are equal, for any classifier
  double accuracy = 0;        ///< balanced accuracy on the held-out examples
  Tensor rows_a, rows_b;      ///< (n) i64: those that were held out
  Tensor logits_a, logits_b;  ///< (n)
};

/// Trains a classifier on a part of both sets, a perceptron of points (n, d), convolutions of images (n, H,
/// W) or (n, H, W, C), and tests on the rest. Sets may differ in size and are of any scale; equal rows have
/// equal logits. Deterministic in the seed. Throws Error for sets of different widths, of fewer than
/// kC2stFewest, or with a value that is not finite.
C2stResult c2st(const Tensor& a, const Tensor& b, const C2stOptions& options = {});

/// The p-value of a permutation test: the share of permutations, the identity among them, whose difference of
/// means is at least that of a (n) and b (m). Uniform on 1/(permutations + 1), ..., 1 if all n + m values are
/// exchangeable.
double permutation_p_value(const Tensor& a, const Tensor& b, int64_t permutations, Rng& rng);

}  // namespace gradzoo
