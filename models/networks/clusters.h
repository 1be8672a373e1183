#pragma once

#include <string>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// Kinds of examples that nobody has named: a stand-in for labels, or a refinement of them, that a
/// conditional model is conditional on. k-means on the first forty principal components of the training
/// examples; where there are labels, each has clusters of its own.
class Clusters {
 public:
  /// `count` of examples of so many numbers, in all; `labels` 0: without labels. Throws Error where labels do
  /// not divide them.
  Clusters(int64_t count, int64_t labels, int64_t numbers);

  /// Finds them. Seconds.
  void fit(const Examples& examples, uint64_t seed);
  void add_to(State& state, const std::string& prefix);  ///< names them, under `prefix`
  int64_t count() const { return centres_.dim(0); }      ///< clusters
  int64_t labels() const { return labels_; }             ///< classes; 0: no labels
  /// The nearest cluster of each of x (n, numbers), pixels in [0,1], among those of its label (n): (n) i64.
  Tensor of(const Tensor& x, const Tensor& labels = {}) const;
  /// n clusters at random, as often as training examples are in them; of these labels (n) where there are
  /// some. One draw of rng.
  Tensor draw(int64_t n, const Tensor& labels, Rng& rng) const;

 private:
  int64_t labels_;
  Tensor mean_, directions_;  ///< (numbers), (components, numbers)
  Tensor centres_;            ///< (count, components); those of a label side by side
  Tensor shares_;             ///< (count), of a label's examples, or of all
};

}  // namespace gradzoo
