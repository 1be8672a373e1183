#pragma once

#include <memory>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/layers/init.h"
#include "gradzoo/nn/layers/layers.h"
#include "gradzoo/nn/layers/module.h"

/// Layers of images, channels last: (B, H, W, C).
namespace gradzoo {

/// What the convolutions take.
struct ConvLayerOptions {
  ConvOptions conv = {};       ///< stride, padding, dilation
  int64_t output_padding = 0;  ///< of a transpose
  bool bias = true;            ///< add one
  /// Initialises a weight in PyTorch's layout: (out, in, kh, kw), or (in, out, kh, kw) for a transpose. If
  /// empty, weight and bias get PyTorch's initialisation; otherwise the bias is 0.
  init::Initializer init = {};
  bool spectral_norm = false;  ///< the weight, as a matrix, is divided by its largest singular value
  DType dtype = DType::f32;    ///< of the parameters
};

/// What both convolutions have.
class ConvLayer : public Module {
 protected:
  /// A weight that PyTorch has as `shape`; `name` stands in messages.
  ConvLayer(const char* name, const Shape& shape, int64_t out, Rng& rng, const ConvLayerOptions& options);
  Tensor weight() const { return spectral_ ? spectral_->normalised() : weight_; }  ///< to compute with
  const Tensor& bias() const { return bias_; }                                     ///< undefined without one
  const ConvLayerOptions& options() const { return options_; }                     ///< as it was made

 private:
  ConvLayerOptions options_;
  Tensor weight_, bias_;
  std::unique_ptr<SpectralNorm> spectral_;  ///< null: none
};

/// y = x * w + b, k x k: x (B, H, W, in), weight (k, k, in, out), bias (out). Uses one draw for each random
/// parameter.
class Conv2d : public ConvLayer {
 public:
  /// `in` and `out` channels.
  Conv2d(int64_t in, int64_t out, int64_t k, Rng& rng, const ConvLayerOptions& options = {})
      : ConvLayer("Conv2d", {out, in, k, k}, out, rng, options) {}
  Tensor forward(const Tensor& x) const override;
};

/// The transpose: x (B, H, W, in), weight (k, k, out, in), bias (out).
class ConvTranspose2d : public ConvLayer {
 public:
  /// `in` and `out` channels.
  ConvTranspose2d(int64_t in, int64_t out, int64_t k, Rng& rng, const ConvLayerOptions& options = {})
      : ConvLayer("ConvTranspose2d", {in, out, k, k}, out, rng, options) {}
  Tensor forward(const Tensor& x) const override;
};

/// Group normalisation with a scale (1 at first) and a shift (0 at first) for each channel.
class GroupNorm : public Module {
 public:
  /// `groups` divides `channels`.
  GroupNorm(int64_t groups, int64_t channels, const NormOptions& options = {}, DType dtype = DType::f32);
  Tensor forward(const Tensor& x) const override;
  /// The same with z (1 + a) + b before SiLU: a and b (B, C) come from an embedding of time or label.
  Tensor modulated(const Tensor& x, const Tensor& a, const Tensor& b) const;

 private:
  int64_t groups_;
  NormOptions options_;
  Tensor scale_, shift_;
};

/// Embedding: rows of a table by index (B) i64 -> (B, width). Rows are initialised as N(0, 1).
class Embedding : public Module {
 public:
  Embedding(int64_t rows, int64_t width, Rng& rng, DType dtype = DType::f32);  ///< indices are below `rows`
  Tensor forward(const Tensor& index) const override;

 private:
  Tensor weight_;
};

/// cos(t w_i) and sin(t w_i), w_i = slowest^(-i / (width/2)) (Vaswani et al. 2017, section 3.5): t (B) -> (B,
/// width). Times in [0, 1] are multiplied by 1,000 first.
Tensor time_features(const Tensor& t, int64_t width, double slowest = 10'000);

/// Sets each element to 0 with probability p and divides it by 1 - p otherwise (Srivastava et al. 2014): p =
/// 0 returns x.
Tensor dropout(const Tensor& x, double p, Rng& rng);

}  // namespace gradzoo
