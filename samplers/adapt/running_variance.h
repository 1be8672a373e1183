#pragma once

#include <vector>

#include "autograd/tensor.h"

namespace gradzoo {

/// Variances of the coordinates of points that come in batches (Welford 1962).
class RunningVariance {
 public:
  void reset(int64_t dimensions);
  /// x (B, d): every row counts, from any chain.
  void add(const Tensor& x);
  int64_t count() const { return count_; }
  /// Variance of coordinate i, shrunk towards 1e-3 as if by five more points (Stan's rule), so that it is
  /// never 0.
  double regularised(int64_t i) const;

 private:
  int64_t count_ = 0;
  std::vector<double> mean_, squares_;  // (d): of deviations from the mean
};

/// The windows of warm-up in which the mass is estimated, as Stan plans them. There is none at first, while
/// chains still move to the typical set. Then each window is twice as long as the one before. There is none
/// at the end, where the step settles.
class WarmupWindows {
 public:
  /// No windows in fewer than 20 transitions.
  void plan(int64_t transitions);
  /// Whether transition t, counted from 0, belongs to a window, and whether it is a window's last.
  bool inside(int64_t t) const { return t >= first_ && t < end_; }
  bool closes(int64_t t) const;

 private:
  int64_t first_ = 0, end_ = 0;
};

}  // namespace gradzoo
