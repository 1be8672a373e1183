#pragma once

#include <memory>

#include "datasets/dataset.h"
#include "models/flow/options.h"
#include "models/networks/unet.h"

namespace gradzoo {

/// The velocity u(x, t) of a flow from noise at t = 0 to data at t = 1, given a label where it was made for
/// some: a U-Net on images, a perceptron on points.
class FlowNetwork : public Module {
 public:
  /// `classes` 0: no labels.
  FlowNetwork(const FlowOptions& options, const DataShape& shape, int64_t classes, Rng& rng);
  /// x (B, numbers), t (B), labels (B) i64, undefined: no label -> (B, numbers)
  Tensor velocity(const Tensor& x, const Tensor& t, const Tensor& labels) const;
  int64_t classes() const { return classes_; }
  /// What stands for no label, n times.
  Tensor no_labels(int64_t n) const { return full({n}, static_cast<double>(classes_), DType::i64); }

 private:
  DataShape shape_;
  int64_t classes_;
  std::unique_ptr<Unet> unet_;  // of images
  std::unique_ptr<Mlp> mlp_;    // of points
};

/// A batch's paths at times t (B): x_t = (1 - t) x_0 + t x_1 from noise x_0 to data x_1, both (B, numbers),
/// and the velocity along them, x_1 - x_0 (Lipman et al. 2023, eqs. 20-23 with sigma_min = 0; Liu et al.
/// 2023).
struct StraightPaths {
  Tensor x, velocity;
};
StraightPaths straight_paths(const Tensor& noise, const Tensor& data, const Tensor& t);

/// One time in each of n equal parts of [0, 1], in a random order.
Tensor stratified_times(int64_t n, Rng& rng);

}  // namespace gradzoo
