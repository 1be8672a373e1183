#pragma once

#include <string>
#include <vector>

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Statistics of chains, one value for each transition, and diagnostics of mixing from them.
class ChainTrace {
 public:
  /// Makes room for chains like x (B, d) and `draws` transitions; of many chains the first are traced.
  ChainTrace(const Tensor& x, bool has_log_prob, int64_t draws);

  /// After a transition: the chains' states and what is known there.
  void record(const Tensor& x, const PointValue& value);

  const std::vector<std::string>& names() const { return names_; }  ///< of the statistics
  ///@{
  /// Each gives one value for every statistic; effective sample sizes are scaled to all B chains. NaN with
  /// fewer than four draws.
  std::vector<double> bulk_ess() const;
  std::vector<double> tail_ess() const;
  std::vector<double> rhat() const;
  ///@}

 private:
  double scale() const;  ///< from the traced chains to all
  void store(size_t statistic, const Tensor& values);

  std::vector<std::string> names_;
  std::vector<Tensor> draws_;  ///< a statistic: (traced, draws) f64
  bool coordinates_;           ///< else log_prob, mean and norm
  int64_t chains_, traced_;
  int64_t recorded_ = 0;
};

}  // namespace gradzoo
