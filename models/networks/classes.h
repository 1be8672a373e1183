#pragma once

#include <optional>
#include <string>

#include "models/networks/clusters.h"

namespace gradzoo {

/// What a conditional model is told of an example: labels, clusters, clusters within each label, or nothing.
struct Conditioning {
  bool by_label = false;
  int64_t clusters = 0;  ///< in all; 0: none

  bool any() const { return by_label || clusters > 0; }
};

/// The classes of examples and of samples: labels, clusters that stand in for them, or both.
class Classes {
 public:
  /// Throws Error where labels do not divide the clusters.
  Classes(const Conditioning& by, const DataShape& shape);

  int64_t count() const;  ///< 0: a model that is told nothing
  bool are_clusters() const { return clusters_.has_value(); }
  const LabelNames& labels() const { return labels_; }   ///< what samples can be asked for
  void fit(const Examples& examples, uint64_t seed);     ///< finds clusters. Seconds
  void add_to(State& state, const std::string& prefix);  ///< names them
  Tensor of(const Tensor& x,
            const Tensor& labels) const;  ///< examples (n, numbers), pixels in [0,1]: (n) i64
  /// Of n samples: their labels (n), or all in turn where there are none; of clusters those, at random, as
  /// often as training examples are in them. Undefined of a model that is told nothing.
  Tensor draw(int64_t n, const Tensor& labels, Rng& rng) const;

 private:
  LabelNames labels_;
  int64_t label_count_;
  std::optional<Clusters> clusters_;
};

}  // namespace gradzoo
