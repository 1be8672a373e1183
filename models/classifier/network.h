#pragma once

#include <memory>

#include "datasets/dataset.h"
#include "models/classifier/options.h"
#include "nn/layers/image_layers.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// Logits of images, and the features of which they are a linear function; sample metrics use both.
class ClassifierNetwork : public Module {
 public:
  ClassifierNetwork(const ClassifierOptions& options, const DataShape& shape, Rng& rng);
  /// x (B, pixels) in [0,1] -> (B, features), not below 0 with relu.
  Tensor features(const Tensor& x) const;
  /// features (B, features) -> (B, classes)
  Tensor logits(const Tensor& features) const { return head_->forward(features); }
  /// x (B, pixels) -> (B, classes)
  Tensor forward(const Tensor& x) const override { return logits(features(x)); }

 private:
  DataShape shape_;
  Sequential
      convolutions_;  // of a cnn: 3x3, of c, c, 2c, 2c channels, a pooling behind each second; else empty
  std::unique_ptr<Mlp> body_;  // behind them, or all of an mlp
  std::unique_ptr<Linear> head_;
};

}  // namespace gradzoo
