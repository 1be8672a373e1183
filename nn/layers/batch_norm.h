#pragma once

#include "nn/layers/module.h"

namespace gradzoo {

/// What BatchNorm1d takes.
struct BatchNormOptions {
  double eps = 1e-5;         ///< added to the variance
  double momentum = 0.1;     ///< share of a batch in the running statistics
  DType dtype = DType::f32;  ///< of scale and shift
};

/// Batch normalisation (Ioffe & Szegedy 2015): y = (x - m) / s scale + shift with a scale (1 at first) and a
/// shift (0 at first) for each feature, x (B, features). Which m and s is said by the function that is
/// called, not by a mode:
///   by_batch(x)  the mean of the batch and s = sqrt(var + eps), var its mean square deviation: training
///   forward(x)   their moving averages, m 0 and s 1 at first: sampling and evaluation
/// The averages are buffers, "running_mean" and "running_stddev", which a learner's step moves towards the
/// statistics of the last by_batch: r += momentum (m - r). In a shard of a training step a batch is the
/// shard's rows, and the averages move towards the mean over the shards.
class BatchNorm1d : public Module {
 public:
  explicit BatchNorm1d(int64_t features,
                       const BatchNormOptions& options = {});  ///< the size of x's last axis
  Tensor forward(const Tensor& x) const override;
  /// With `parts` above 1 row i belongs to part i mod parts, and each part is normalised as a batch of its
  /// own; running statistics move towards the mean over the parts. Throws Error unless B is a multiple of
  /// parts with at least two rows in each.
  Tensor by_batch(const Tensor& x, int64_t parts = 1) const;

 private:
  void do_update_buffers() const override;

  BatchNormOptions options_;
  Tensor scale_, shift_, mean_, stddev_;  ///< (features) each
  mutable Tensor seen_;                   ///< (2, features): mean and stddev of the last batch
};

}  // namespace gradzoo
