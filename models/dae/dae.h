#pragma once

#include <memory>

#include "autograd/base/function_ref.h"
#include "models/base/entry.h"
#include "models/base/model.h"
#include "nn/layers/layers.h"
#include "nn/learn/learner.h"
#include "samplers/chains.h"

/// Denoising autoencoder (Vincent et al. 2008; Vincent 2011, "A connection between score matching and
/// denoising autoencoders"; Alain & Bengio 2014): r is trained to give x back from x~ = x + sigma eps, eps ~
/// N(0, I). The best r is E[x | x~] = x~ + sigma^2 grad log p_sigma(x~), p_sigma = p * N(0, sigma^2 I), so
/// that a trained r knows a score, (r(x) - x) / sigma^2, and Langevin can walk on it.
namespace gradzoo {

/// r(x) = W' s(W x + b) + c, s the sigmoid: encoder and decoder share W. Then (r(x) - x) / sigma^2 is the
/// gradient of a density (Vincent 2011, section 4.3):
///   f(x) = (c'x - |x|^2/2 + sum_j softplus(W_j x + b_j)) / sigma^2.
class TiedDenoiser : public Module {
 public:
  /// Hidden units switch at distances up to `reach` from 0.
  TiedDenoiser(int64_t inputs, int64_t hidden, double reach, Rng& rng, DType dtype = DType::f32);
  /// r of every row: x (B, d) -> (B, d).
  Tensor forward(const Tensor& x) const override;
  /// f of every row: (B, d) -> (B).
  Tensor log_density(const Tensor& x, double sigma) const;
  const Tensor& weight() const { return weight_; }

 private:
  Tensor weight_;       // (hidden, d): W
  Tensor hidden_bias_;  // (hidden): b
  Tensor bias_;         // (d): c
};

/// |r(x + sigma eps) - x|^2 of every row: x, eps (B, d) -> (B). Its mean is what is minimised.
Tensor denoising_error(TensorFn r, const Tensor& x, const Tensor& eps, double sigma);
/// (r(x) - x) / sigma^2: (B, d) -> (B, d).
Tensor denoiser_score(TensorFn r, const Tensor& x, double sigma);

/// Where chains ended, and what r makes of it.
struct DenoisedSamples {
  Tensor raw;       // (n, d): Langevin's last x, from p_sigma
  Tensor denoised;  // (n, d): r(raw)
};

class Dae : public Model {
 public:
  Dae(const Settings& settings, const DataShape& shape);

  void register_state(State& state) override;
  std::span<const MetricInfo> metrics() const override { return metrics_; }
  void train_step(const StepContext& context, std::span<double> metrics) override;
  std::vector<Quantity> validate(const DataView& data) override;
  std::vector<Quantity> evaluate(const DataView& data) override;
  Tensor sample(int64_t n, Rng& rng) override;
  std::vector<Picture> pictures(const DataView& data) override;
  Target target() override;
  std::string reading(const DataView& data) override;

 private:
  Tensor r(const Tensor& x) const;            // (B, d) -> (B, d)
  Tensor log_density(const Tensor& x) const;  // (B, d) -> (B); tied weights alone
  Tensor initial(int64_t n, Rng& rng) const;
  DenoisedSamples draw(int64_t n, Rng& rng) const;
  Tensor held_out_errors(const DataView& data) const;  // (N)

  DataShape shape_;
  double sigma_;
  double scale_;  // networks see scale_ x, so that what they must tell apart lies about 1 apart
  ChainOptions chain_;
  Rng init_rng_, noise_rng_;
  std::unique_ptr<Module> denoiser_;
  bool bounded_;              // r ends in a sigmoid
  const TiedDenoiser* tied_;  // null with free weights
  Learner learner_;
  Tensor mean_, square_;  // (d): running mean of x and x^2, where chains start from
  int64_t seen_ = 0;      // steps
  std::vector<MetricInfo> metrics_;
};

/// The denoising autoencoder's line in the list of models.
ModelEntry dae_entry();

}  // namespace gradzoo
