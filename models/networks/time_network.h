#pragma once

#include <memory>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/nn/layers/image_layers.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// x + c(silu(n(c(silu(n x))))), the second normalisation scaled and shifted by an embedding of time and
/// label (Ho et al. 2020; Dhariwal & Nichol 2021). The last convolution is initialised to 0, so the block
/// starts as the identity.
class ResidualBlock : public Module {
 public:
  /// Channels in and out; numbers of the embedding.
  ResidualBlock(int64_t in, int64_t out, int64_t embedding, Rng& rng, DType dtype = DType::f32);
  /// (x (B,H,W,in), e (B,embedding)) -> (B,H,W,out)
  Tensor forward_all(std::span<const Tensor> inputs) const override;

 private:
  int64_t out_;
  GroupNorm norm_in_, norm_out_;
  Conv2d conv_in_, conv_out_;
  Linear modulation_;
  std::unique_ptr<Conv2d> skip_;  ///< null where in = out
};

/// What the U-Net takes.
struct UnetOptions {
  int64_t channels = 32;     ///< at half the image's resolution; twice as many at a quarter
  int64_t embedding = 128;   ///< numbers of time and label
  DType dtype = DType::f32;  ///< of the parameters
};

/// A small U-Net (Ronneberger et al. 2015) on images whose sides are multiples of 4. Its output has the
/// image's shape, and is 0 at initialisation.
class Unet : public Module {
 public:
  /// `labels`: rows of its embedding of labels; 0: it takes no label.
  Unet(int64_t image_channels, int64_t labels, Rng& rng, const UnetOptions& options = {});
  /// (x (B,H,W,C), t (B) in [0,1]), and with labels a third: (B) i64 -> (B,H,W,C)
  Tensor forward_all(std::span<const Tensor> inputs) const override;

 private:
  Tensor embed(std::span<const Tensor> inputs) const;

  Linear time_in_, time_out_;
  std::unique_ptr<Embedding> labels_;  ///< null: none
  Conv2d in_;
  ResidualBlock high_;
  Conv2d down_;
  ResidualBlock low_first_, low_second_;
  Conv2d up_;
  ResidualBlock joined_;
  GroupNorm norm_;
  Conv2d out_;
};

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
  /// What it does to images whose sides it cannot halve, a sentence; "" where there is nothing to say.
  std::string reading() const;
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
