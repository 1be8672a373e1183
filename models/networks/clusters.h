#pragma once

#include <string>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// Clusters of the training examples, which replace or refine labels as the condition of a model. They come
/// from k-means on the first forty principal components; if there are labels, each has its own clusters.
class Clusters {
 public:
  /// Makes `count` clusters in all, of examples with `numbers` elements; `labels` 0: without labels. Throws
  /// Error if the number of labels does not divide the number of clusters.
  Clusters(int64_t count, int64_t labels, int64_t numbers);

  /// Finds the clusters, which takes seconds.
  void fit(const Examples& examples, uint64_t seed);
  void add_to(State& state, const std::string& prefix);  ///< registers the clusters under `prefix`
  int64_t count() const { return centres_.dim(0); }      ///< number of clusters
  int64_t labels() const { return labels_; }             ///< number of labels; 0: none
  /// Returns the nearest cluster (n) i64 of x (n, elements), pixels in [0,1], among the clusters of its
  /// label.
  Tensor of(const Tensor& x, const Tensor& labels = {}) const;
  /// Draws n clusters at random, in proportion to their training examples, within the given labels (n) if
  /// there are any. One draw of rng.
  Tensor draw(int64_t n, const Tensor& labels, Rng& rng) const;

 private:
  int64_t labels_;
  Tensor mean_, directions_;  ///< (elements), (components, elements)
  Tensor centres_;            ///< (count, components); a label's clusters are adjacent
  Tensor shares_;             ///< (count): shares of a label's examples, or of all examples
};

}  // namespace gradzoo
