#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/data_shape.h"
#include "gradzoo/models/networks/image_coder.h"
#include "gradzoo/nn/layers/layers.h"

/// The networks of a variational auto-encoder: q(z|x) = N(mean(x), diag exp logvar(x)) and p(x|z) = prod_i
/// Bernoulli(x_i; sigmoid(decoder(z)_i)), or for points N(decoder(z), diag sigma^2).
namespace gradzoo {

/// The parameters of q(z|x) for every row.
struct Posterior {
  Tensor mean;    // (B, latent)
  Tensor logvar;  // (B, latent), natural logarithm
};

enum class VaeNet { mlp, conv };
inline constexpr Choice<VaeNet> kVaeNets[] = {{"mlp", VaeNet::mlp}, {"conv", VaeNet::conv}};

/// p(x|z) = N(decoder(z), diag sigma^2).
struct GaussianDecoder {
  double sigma = 1;     // fixed value, or initial value
  bool learned = true;  // true to train sigma with the weights
  bool each = false;    // true for one sigma per element; else one for all
};

struct VaeShape {
  VaeNet net = VaeNet::mlp;
  DataShape data = {.example = {28, 28}};
  int64_t classes = 0;    // number of classes; 0: unconditional
  int64_t channels = 32;  // conv: channels
  int64_t latent = 20;
  int64_t hidden = 500;  // mlp: hidden units; the activations below are also for mlp
  std::string encoder_activation = "sigmoid";
  std::string decoder_activation = "tanh";
  std::optional<GaussianDecoder> gaussian = {};  // empty: Bernoulli
  DType dtype = DType::f32;
  /// Returns the labels that the network is conditional on; empty if it is unconditional.
  LabelNames labels() const { return classes > 0 ? data.labels() : LabelNames(); }
};

/// The encoder (pixels, hidden units, mean and logvar) and the decoder (code, hidden units, pixels). With
/// VaeNet::conv, each has two convolutions instead of a hidden layer. In a conditional network both get the
/// labels y (B) i64: q(z|x,y) and p(x|z,y) (Sohn et al. 2015).
class VaeNetwork : public Module {
 public:
  VaeNetwork(const VaeShape& shape, Rng& rng);
  Posterior encode(const Tensor& x, const Tensor& labels = {}) const;  // x (B, pixels)
  /// Maps z (B, latent) to (B, pixels): logits, or the means of a Gaussian.
  Tensor decode(const Tensor& z, const Tensor& labels = {}) const;
  /// Returns the mean of p(x|z) of every row: (B, pixels).
  Tensor expected(const Tensor& z, const Tensor& labels = {}) const;
  /// Draws x ~ p(x|z) for every row: (B, pixels), 0 and 1 for a Bernoulli decoder.
  Tensor draw(const Tensor& z, const Tensor& labels, Rng& rng) const;
  /// Returns log p(x|z) of every row in nats: (B); for grey pixels minus the cross-entropy, not a density.
  Tensor log_likelihood(const Tensor& x, const Tensor& z, const Tensor& labels = {}) const;
  /// Returns log sigma^2 of a Gaussian p(x|z), (1) or (pixels); undefined for a Bernoulli decoder.
  const Tensor& decoder_logvar() const { return decoder_logvar_; }
  const VaeShape& shape() const { return shape_; }

 private:
  VaeShape shape_;
  Tensor decoder_logvar_;
  std::unique_ptr<ImageEncoder> encoder_;                  // for conv
  std::unique_ptr<Linear> encoder_hidden_, encoder_head_;  // mean and logvar side by side: (B, 2 latent)
  Activation encoder_activation_;
  std::unique_ptr<ImageDecoder> decoder_;
  std::unique_ptr<Linear> decoder_hidden_, decoder_out_;
  Activation decoder_activation_;
};

/// Draws one code z ~ q(z|x) per row: (B, latent).
Tensor draw_codes(const Posterior& q, Rng& rng);

}  // namespace gradzoo
