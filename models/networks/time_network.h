#pragma once

#include <memory>
#include <vector>

#include "datasets/dataset.h"
#include "models/networks/unet.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// What TimeNetwork takes.
struct TimeNetworkOptions {
  int64_t channels = 32;                          ///< of the U-Net, at half the image's resolution
  std::vector<int64_t> hidden = {256, 256, 256};  ///< of the perceptron
  bool bounded = false;                           ///< what the perceptron says, however far x is: see predict
};

/// The next multiple of 4: a side of an image whose U-Net halves it twice.
int64_t padded_side(int64_t side);

/// u(x, t), with a label if it is conditional, of x's width: a perceptron on points, a U-Net on images, which
/// are padded with zeros to multiples of 4.
class TimeNetwork : public Module {
 public:
  /// `classes` 0: no labels.
  TimeNetwork(const TimeNetworkOptions& options, const DataShape& shape, int64_t classes, Rng& rng);
  /// x (B, numbers), t (B) in [0, 1], labels (B) i64, undefined: no label -> (B, numbers). A perceptron is
  /// nearly linear where it was not trained, and a flow along a linear velocity leaves exponentially. One
  /// that is bounded sees x / sqrt(1 + (x/R)^2), which is x where noise and data are, and never beyond R.
  Tensor predict(const Tensor& x, const Tensor& t, const Tensor& labels) const;
  int64_t classes() const { return classes_; }  ///< 0: no labels
  /// Whether it is a network for images.
  bool is_convolutional() const { return unet_ != nullptr; }
  /// The label index that means no label, n times.
  Tensor no_labels(int64_t n) const { return full({n}, static_cast<double>(classes_), DType::i64); }

 private:
  Tensor padded(const Tensor& images) const;
  Tensor cut_back(const Tensor& images, const Tensor& x) const;

  DataShape shape_;
  int64_t classes_;
  std::unique_ptr<Unet> unet_;  ///< of images
  std::unique_ptr<Mlp> mlp_;    ///< of points
  Tensor reach_;                ///< (1), R; a buffer, so that weights of another R are refused
};

}  // namespace gradzoo
