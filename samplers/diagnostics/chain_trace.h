#pragma once

#include <string>
#include <vector>

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Statistics of chains, with one value per transition, and diagnostics of mixing from them.
class ChainTrace {
 public:
  /// Allocates memory for chains like x (B, d) and `draws` transitions; only the first chains are traced.
  ChainTrace(const Tensor& x, bool has_log_prob, int64_t draws);
  /// Records the chains' states and values after a transition.
  void record(const Tensor& x, const PointValue& value);

  const std::vector<std::string>& names() const { return names_; }  ///< names of the statistics
  ///@{
  /// Return one value per statistic; effective sample sizes are scaled to all B chains. NaN with fewer than
  /// four draws.
  std::vector<double> bulk_ess() const;
  std::vector<double> tail_ess() const;
  std::vector<double> rhat() const;
  ///@}

 private:
  double scale() const;  ///< ratio of all chains to the traced ones
  void store(size_t statistic, const Tensor& values);

  std::vector<std::string> names_;
  std::vector<Tensor> draws_;  ///< (traced, draws) f64 per statistic
  bool coordinates_;           ///< true: trace coordinates; false: log_prob, mean and norm
  int64_t chains_, traced_;
  int64_t recorded_ = 0;
};

}  // namespace gradzoo
