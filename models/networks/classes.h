#pragma once

#include <optional>
#include <string>

#include "models/networks/clusters.h"

namespace gradzoo {

/// The condition of a conditional model: labels, clusters, clusters within each label, or nothing.
struct Conditioning {
  bool by_label = false;
  int64_t clusters = 0;  ///< number of clusters in all; 0: none

  bool any() const { return by_label || clusters > 0; }
};

/// The classes of examples and samples: labels, clusters that replace labels, or both.
class Classes {
 public:
  /// Throws Error if the number of labels does not divide the number of clusters.
  Classes(const Conditioning& by, const DataShape& shape);

  int64_t count() const;  ///< number of classes; 0: unconditional
  bool are_clusters() const { return clusters_.has_value(); }
  const LabelNames& labels() const { return labels_; }     ///< labels that a request for samples may choose
  void fit(const Examples& examples, uint64_t seed);       ///< finds the clusters, which takes seconds
  void add_to(State& state, const std::string& prefix);    ///< registers the clusters
  Tensor of(const Tensor& x, const Tensor& labels) const;  ///< (n) i64; x (n, elements), pixels in [0,1]
  /// Returns classes for n samples: the given labels (n), or all labels in turn if none are given. Clusters
  /// are drawn at random, in proportion to their training examples. Undefined for an unconditional model.
  Tensor draw(int64_t n, const Tensor& labels, Rng& rng) const;

 private:
  LabelNames labels_;
  int64_t label_count_;
  std::optional<Clusters> clusters_;
};

}  // namespace gradzoo
