#pragma once

#include <memory>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/layers/module.h"

/// Layers for images with channels last: (B, H, W, C).
namespace gradzoo {

/// Options of the convolutions.
struct ConvLayerOptions {
  ConvOptions conv = {};       ///< stride, padding, dilation
  int64_t output_padding = 0;  ///< output padding of a transposed convolution
  bool bias = true;            ///< true: add a bias
  /// Initialises a weight in PyTorch's layout: (out, in, kh, kw), or (in, out, kh, kw) for a transpose. If
  /// empty, weight and bias get PyTorch's initialisation; otherwise the bias is 0.
  init::Initializer init = {};
  bool spectral_norm = false;  ///< true: divide the weight, as a matrix, by its largest singular value
  DType dtype = DType::f32;    ///< dtype of the parameters
};

/// The common base of both convolutions.
class ConvLayer : public Module {
 protected:
  /// `shape` is the weight's shape in PyTorch's layout; `name` is the layer's name in messages.
  ConvLayer(const char* name, const Shape& shape, int64_t out, Rng& rng, const ConvLayerOptions& options);
  Tensor weight() const { return spectral_ ? spectral_->normalised() : weight_; }  ///< normalised weight
  const Tensor& bias() const { return bias_; }                                     ///< bias, or undefined
  const ConvLayerOptions& options() const { return options_; }                     ///< options of the layer

 private:
  ConvLayerOptions options_;
  Tensor weight_, bias_;
  std::unique_ptr<SpectralNorm> spectral_;  ///< null without spectral normalisation
};

/// A k x k convolution, y = x * w + b: x (B, H, W, in), weight (k, k, in, out), bias (out). Uses one draw per
/// random parameter.
class Conv2d : public ConvLayer {
 public:
  /// `in` and `out` are numbers of channels.
  Conv2d(int64_t in, int64_t out, int64_t k, Rng& rng, const ConvLayerOptions& options = {})
      : ConvLayer("Conv2d", {out, in, k, k}, out, rng, options) {}
  Tensor forward(const Tensor& x) const override;
};

/// A transposed convolution: x (B, H, W, in), weight (k, k, out, in), bias (out).
class ConvTranspose2d : public ConvLayer {
 public:
  /// `in` and `out` are numbers of channels.
  ConvTranspose2d(int64_t in, int64_t out, int64_t k, Rng& rng, const ConvLayerOptions& options = {})
      : ConvLayer("ConvTranspose2d", {in, out, k, k}, out, rng, options) {}
  Tensor forward(const Tensor& x) const override;
};

/// Group normalisation with a scale (initially 1) and a shift (initially 0) per channel.
class GroupNorm : public Module {
 public:
  /// `channels` is a multiple of `groups`.
  GroupNorm(int64_t groups, int64_t channels, const NormOptions& options = {}, DType dtype = DType::f32);
  Tensor forward(const Tensor& x) const override;
  /// Returns SiLU(z (1 + a) + b) of the normalised z: a and b (B, C) come from an embedding of time or label.
  Tensor modulated(const Tensor& x, const Tensor& a, const Tensor& b) const;

 private:
  int64_t groups_;
  NormOptions options_;
  Tensor scale_, shift_;
};

/// An embedding: looks up rows of a table by index, (B) i64 -> (B, width). Rows are initialised from N(0, 1).
class Embedding : public Module {
 public:
  Embedding(int64_t rows, int64_t width, Rng& rng, DType dtype = DType::f32);  ///< for indices below `rows`
  Tensor forward(const Tensor& index) const override;

 private:
  Tensor weight_;
};

/// Returns cos(t w_i) and sin(t w_i), with w_i = slowest^(-i / (width/2)) (Vaswani et al. 2017, section 3.5):
/// t (B) -> (B, width). Multiply times in [0, 1] by 1,000 first.
Tensor time_features(const Tensor& t, int64_t width, double slowest = 10'000);

/// Sets each element to 0 with probability p, else divides it by 1 - p (Srivastava et al. 2014). p = 0: x.
Tensor dropout(const Tensor& x, double p, Rng& rng);

}  // namespace gradzoo
