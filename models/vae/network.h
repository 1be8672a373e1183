#pragma once

#include <memory>
#include <string>

#include "base/options.h"
#include "datasets/dataset.h"
#include "models/networks/image_coder.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// q(z|x) of every row.
struct Posterior {
  Tensor mean;    // (B, latent)
  Tensor logvar;  // (B, latent), natural logarithm
};

enum class VaeNet { mlp, conv };
inline constexpr Choice<VaeNet> kVaeNets[] = {{"mlp", VaeNet::mlp}, {"conv", VaeNet::conv}};

struct VaeShape {
  VaeNet net = VaeNet::mlp;
  DataShape data = {.example = {28, 28}};
  int64_t classes = 0;    // 0: unconditional
  int64_t channels = 32;  // of conv
  int64_t latent = 20;
  int64_t hidden = 500;  // of mlp, as the two below
  std::string encoder_activation = "sigmoid";
  std::string decoder_activation = "tanh";
  DType dtype = DType::f32;
  /// That it is conditional on.
  LabelNames labels() const { return classes > 0 ? data.labels() : LabelNames(); }
};

/// Encoder pixels-hidden-(mean, logvar) and decoder latent-hidden-pixels; or two convolutions in place of
/// hidden layers. Labels y (B) i64 are inputs of both, q(z|x,y) and p(x|z,y) (Sohn et al. 2015), if the
/// network is conditional.
class VaeNetwork : public Module {
 public:
  VaeNetwork(const VaeShape& shape, Rng& rng);
  Posterior encode(const Tensor& x, const Tensor& labels = {}) const;  // x (B, pixels)
  Tensor decode(const Tensor& z, const Tensor& labels = {}) const;     // z (B, latent) -> logits (B, pixels)
  /// log p(x|z) of every row, nats: (B). On grey pixels this is minus the cross-entropy, not a density.
  Tensor log_likelihood(const Tensor& x, const Tensor& z, const Tensor& labels = {}) const;
  const VaeShape& shape() const { return shape_; }

 private:
  VaeShape shape_;
  std::unique_ptr<ImageEncoder> encoder_;                  // of conv
  std::unique_ptr<Linear> encoder_hidden_, encoder_head_;  // mean and logvar side by side: (B, 2 latent)
  Activation encoder_activation_;
  std::unique_ptr<ImageDecoder> decoder_;
  std::unique_ptr<Linear> decoder_hidden_, decoder_out_;
  Activation decoder_activation_;
};

}  // namespace gradzoo
