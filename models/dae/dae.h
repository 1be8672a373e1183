#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/nn/layers/layers.h"

/// Denoising autoencoder (Vincent et al. 2008; Vincent 2011, "A connection between score matching and
/// denoising autoencoders"; Alain & Bengio 2014): r is trained to restore x from x~ = x + sigma eps, eps ~
/// N(0, I). The best r is E[x | x~] = x~ + sigma^2 grad log p_sigma(x~), p_sigma = p * N(0, sigma^2 I), so a
/// trained r gives a score, (r(x) - x) / sigma^2, for Langevin dynamics.
namespace gradzoo {

enum class DaeWeights { tied, free };
inline constexpr Choice<DaeWeights> kDaeWeights[] = {{"tied", DaeWeights::tied}, {"free", DaeWeights::free}};
enum class DaeNoise {
  gaussian,  // x + sigma eps, which gives a score
  masking,   // each element 0 with probability `masked`
  none,      // a plain autoencoder, with codes but without samples
};
inline constexpr Choice<DaeNoise> kDaeNoises[] = {
    {"gaussian", DaeNoise::gaussian}, {"masking", DaeNoise::masking}, {"none", DaeNoise::none}};
enum class DaeOutput { identity, sigmoid };
inline constexpr Choice<DaeOutput> kDaeOutputs[] = {{"identity", DaeOutput::identity},
                                                    {"sigmoid", DaeOutput::sigmoid}};

struct DaeOptions {
  DaeWeights weights = DaeWeights::free;
  DaeNoise noise = DaeNoise::gaussian;
  double sigma = 0.5;
  double masked = 0.5;
  std::vector<int64_t> hidden = {1024, 1024};
  std::string activation = "silu";
  DaeOutput output = DaeOutput::sigmoid;
  double input_scale = 1;
  double chain_step = 0.2;
  int64_t chain_steps = 300;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// The denoiser r(x) = W^T s(W x + b) + c with the sigmoid s: encoder and decoder share W. Then (r(x) - x) /
/// sigma^2 is the gradient of a log-density (Vincent 2011, section 4.3):
///   f(x) = (c'x - |x|^2/2 + sum_j softplus(W_j x + b_j)) / sigma^2.
class TiedDenoiser : public Module {
 public:
  /// Initialises hidden units that switch at distances up to `reach` from 0.
  TiedDenoiser(int64_t inputs, int64_t hidden, double reach, Rng& rng, DType dtype = DType::f32);
  /// Returns r of every row: x (B, d) -> (B, d).
  Tensor forward(const Tensor& x) const override;
  /// Returns the codes s(W x + b): (B, d) -> (B, hidden).
  Tensor codes(const Tensor& x) const;
  /// Returns f of every row: (B, d) -> (B).
  Tensor log_density(const Tensor& x, double sigma) const;
  const Tensor& weight() const { return weight_; }

 private:
  Tensor weight_;       // (hidden, d): W
  Tensor hidden_bias_;  // (hidden): b
  Tensor bias_;         // (d): c
};

/// Returns the loss of every row, |r(x~) - x|^2 with the noisy x~: x, noisy (B, d) -> (B).
Tensor denoising_error(TensorFn r, const Tensor& x, const Tensor& noisy);
/// Returns the score (r(x) - x) / sigma^2: (B, d) -> (B, d).
Tensor denoiser_score(TensorFn r, const Tensor& x, double sigma);

inline constexpr QuantityInfo kDaeError{"denoising_error", "", {.lengths = 2}},
    kDaeNoise{"noise", "", {.lengths = 2}}, kDaeErrorPerNoise{"error_per_noise", ""};

struct DaeView;
using DaePictures = std::vector<Picture>(const DaeView& view, const DataView& data);

/// The ends of chains, raw and denoised with r.
struct DenoisedSamples {
  Tensor raw;       // (n, d): last x of the Langevin chains, from p_sigma; for masking noise the last draw
  Tensor denoised;  // (n, d): r(raw); for masking noise the mean of the last draw
};

class Dae : public Model {
 public:
  Dae(const DaeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  Tensor r(const Tensor& x) const;  // (B, d) -> (B, d)
  // (B, d) -> (B, units of the first of the narrowest hidden layers)
  Tensor codes(const Tensor& x) const;
  Tensor noisy(const Tensor& x, Rng& rng) const;
  double noise_of(const Tensor& x, const Tensor& x_noisy) const;
  std::string noise_words() const;
  Tensor log_density(const Tensor& x) const;  // (B, d) -> (B); only with tied weights
  Tensor initial(int64_t n, Rng& rng) const;
  std::vector<Picture> pictures_of(int64_t n, DaePictures* pictures, const DataView& data);
  std::string reading(const DataView& data);
  DenoisedSamples draw(int64_t n, const DaeOptions& options, Rng& rng, const ShareDone& done = {}) const;
  DenoisedSamples walk(const Target& target, const Tensor& from, const DaeOptions& options, Rng& rng,
                       const ShareDone& done = {}) const;
  DenoisedSamples walk_back(int64_t n, int64_t steps, Rng& rng) const;
  Tensor completed_images(const InpaintRequest& request) const;
  Target score_target() const;
  Tensor held_out_errors(TensorFn denoise, const DataView& data) const;  // (N)

  DataShape shape_;
  DaeOptions options_;
  double sigma_;
  double scale_;  // factor of network inputs, so that relevant distances are about 1
  Rng init_rng_, noise_rng_;
  std::unique_ptr<Module> denoiser_;
  const TiedDenoiser* tied_;  // null with free weights
  Learner learner_;
  Tensor mean_, square_;  // (d): running means of x and x^2, for the start of chains
  int64_t seen_ = 0;      // number of steps
  Metric error_;
  std::optional<Metric> error_per_noise_;  // empty without noise
  Metric grad_norm_;
};

/// Returns the denoising autoencoder's entry in the list of models.
ModelEntry dae_entry();

}  // namespace gradzoo
