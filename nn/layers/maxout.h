#pragma once

#include "nn/layers/layers.h"

namespace gradzoo {

/// The largest of several linear maps, for each feature: y_j = max_p (x W_pj' + b_pj), x (..., in) -> (...,
/// out), which can bend to any convex function (Goodfellow et al. 2013, "Maxout networks", section 3). A
/// piecewise linear layer, like relu: its second derivative by x is 0.
class Maxout : public Module {
 public:
  /// The maps are one Linear, "linear": in -> pieces out, the first pieces of all features first. Throws
  /// Error for a size below 1.
  Maxout(int64_t in, int64_t out, int64_t pieces, Rng& rng, const LinearOptions& options = {});
  Tensor forward(const Tensor& x) const override;

 private:
  int64_t out_, pieces_;
  Linear linear_;
};

}  // namespace gradzoo
