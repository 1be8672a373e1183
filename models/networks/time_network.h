#pragma once

#include <memory>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// A residual block x + c(silu(n(c(silu(n x))))), whose second normalisation is scaled and shifted by an
/// embedding of time and label (Ho et al. 2020; Dhariwal & Nichol 2021). The last convolution is initialised
/// to 0, so the block starts as the identity.
class ResidualBlock : public Module {
 public:
  /// Makes a block with `in` input and `out` output channels, and `embedding` elements of the embedding.
  ResidualBlock(int64_t in, int64_t out, int64_t embedding, Rng& rng, DType dtype = DType::f32);
  /// Maps (x (B,H,W,in), e (B,embedding)) to (B,H,W,out).
  Tensor forward_all(std::span<const Tensor> inputs) const override;

 private:
  int64_t out_;
  GroupNorm norm_in_, norm_out_;
  Conv2d conv_in_, conv_out_;
  Linear modulation_;
  std::unique_ptr<Conv2d> skip_;  ///< null if in = out
};

/// The options of the U-Net.
struct UnetOptions {
  int64_t channels = 32;     ///< channels at half the image's resolution; doubled at a quarter
  int64_t embedding = 128;   ///< elements of the embedding of time and label
  DType dtype = DType::f32;  ///< dtype of the parameters
};

/// A small U-Net (Ronneberger et al. 2015) on images whose sides are multiples of 4. The output has the
/// image's shape and is initially 0.
class Unet : public Module {
 public:
  /// Makes a U-Net with `labels` rows in its embedding of labels; 0: no labels.
  Unet(int64_t image_channels, int64_t labels, Rng& rng, const UnetOptions& options = {});
  /// Maps (x (B,H,W,C), t (B) in [0,1]), and with labels a third input (B) i64, to (B,H,W,C).
  Tensor forward_all(std::span<const Tensor> inputs) const override;

 private:
  Tensor embed(std::span<const Tensor> inputs) const;

  Linear time_in_, time_out_;
  std::unique_ptr<Embedding> labels_;  ///< null: no labels
  Conv2d in_;
  ResidualBlock high_;
  Conv2d down_;
  ResidualBlock low_first_, low_second_;
  Conv2d up_;
  ResidualBlock joined_;
  GroupNorm norm_;
  Conv2d out_;
};

/// The options of TimeNetwork.
struct TimeNetworkOptions {
  int64_t channels = 32;                          ///< channels of the U-Net, at half the image's resolution
  std::vector<int64_t> hidden = {256, 256, 256};  ///< layer widths of the perceptron
  bool bounded = false;                           ///< true for a perceptron with bounded input: see predict
};

/// Returns the next multiple of 4: a U-Net halves the sides of an image twice.
int64_t padded_side(int64_t side);

/// A network u(x, t) with the width of x, and with a label if it is conditional: a perceptron for points, or
/// a U-Net for images, which are padded with zeros to multiples of 4.
class TimeNetwork : public Module {
 public:
  /// Makes a network that is conditional on `classes` labels; 0: no labels.
  TimeNetwork(const TimeNetworkOptions& options, const DataShape& shape, int64_t classes, Rng& rng);
  /// Maps x (B, elements), t (B) in [0, 1] and labels (B) i64 (undefined: no label) to (B, elements).
  /// Outside its training data a perceptron is nearly linear, and a flow along a linear velocity diverges
  /// exponentially. The input of a bounded perceptron is x / sqrt(1 + (x/R)^2), which is close to x for
  /// noise and data and never exceeds R.
  Tensor predict(const Tensor& x, const Tensor& t, const Tensor& labels) const;
  int64_t classes() const { return classes_; }  ///< number of classes; 0: no labels
  /// True for a network for images.
  bool is_convolutional() const { return unet_ != nullptr; }
  /// Returns a sentence on the padding of images, or "" if images are not padded.
  std::string reading() const;
  /// Returns the label index of "no label", n times.
  Tensor no_labels(int64_t n) const { return full({n}, static_cast<double>(classes_), DType::i64); }

 private:
  Tensor padded(const Tensor& images) const;
  Tensor cut_back(const Tensor& images, const Tensor& x) const;

  DataShape shape_;
  int64_t classes_;
  std::unique_ptr<Unet> unet_;  ///< for images
  std::unique_ptr<Mlp> mlp_;    ///< for points
  Tensor reach_;                ///< (1): R, a buffer, so that weights with another R are rejected
};

}  // namespace gradzoo
