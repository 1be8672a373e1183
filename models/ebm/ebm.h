#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/energy.h"
#include "gradzoo/samplers/kinds/jumps.h"
#include "gradzoo/samplers/replay_buffer.h"
#include "gradzoo/samplers/sampler.h"

/// Energy-based models: p(x) = exp f(x) / Z, Z unknown (contrastive divergence: Hinton 2002; with persistent
/// chains: Tieleman 2008; with a replay buffer and Langevin steps: Du & Mordatch 2019).
namespace gradzoo {

/// A step of a chain, x_next = x + step grad f + noise z, with its limits.
struct ChainMove {
  double step = 0.01, noise = 0;
  double step_clip = 0;  // limit of each element of |grad f|; 0: no limit
  bool clamp = false;    // true to keep each element of x in [0,1]

  /// Returns T = noise^2 / (2 step): in the limit of small steps, chains without limits sample exp(f / T).
  double temperature() const { return noise * noise / (2 * step); }
  bool is_limited() const { return step_clip > 0 || clamp; }
};

/// Langevin steps with limits, x_next = clamp(x + step clip(grad f) + noise z), for the short chains of
/// image models (Du & Mordatch 2019; Nijkamp et al. 2019). Their stationary distribution is not known.
class LimitedLangevin : public Sampler {
 public:
  explicit LimitedLangevin(const ChainMove& move) : move_(move) {}

  std::string_view name() const override { return "limited ula"; }
  unsigned needs() const override { return kNeedsScore; }
  double step_size() const override { return move_.step; }
  bool is_exact() const override { return false; }
  bool is_sampling() const override { return move_.noise > 0; }
  std::string remarks() const override { return "limited moves: not samples of exp f"; }

 protected:
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  ChainMove move_;
};

/// The start of the chains of a training step.
enum class ChainStart {
  data,    // from the batch: CD-k
  noise,   // from new noise: short runs
  buffer,  // from the ends of earlier chains: PCD
};
inline constexpr Choice<ChainStart> kChainStarts[] = {
    {"data", ChainStart::data}, {"noise", ChainStart::noise}, {"buffer", ChainStart::buffer}};

/// A function that makes the sampler of the chains from their step.
using EbmSampler = std::unique_ptr<Sampler> (*)(const ChainMove& move);
std::unique_ptr<Sampler> ebm_ula(const ChainMove& move);
/// Makes a MALA sampler, exact for exp f: the noise must be sqrt(2 step), without limits.
std::unique_ptr<Sampler> ebm_mala(const ChainMove& move);
/// Makes random-walk Metropolis-Hastings, x + noise z: exact for exp f, without a gradient.
std::unique_ptr<Sampler> ebm_mh(const ChainMove& move);
/// Makes a sampler of x in {0,1}^d that proposes to flip one element at a time; exact.
std::unique_ptr<Sampler> ebm_flip(const ChainMove& move);
inline constexpr Choice<EbmSampler> kEbmSamplers[] = {
    {"ula", ebm_ula}, {"mala", ebm_mala}, {"mh", ebm_mh}, {"flip", ebm_flip}};

enum class EbmNet { mlp, conv };
inline constexpr Choice<EbmNet> kEbmNets[] = {{"mlp", EbmNet::mlp}, {"conv", EbmNet::conv}};

enum class EbmPreset {
  own,
  uva,  // the UvA deep learning tutorial 8 (Lippe 2022), with pixels in [0,1] instead of [-1,1]
};
inline constexpr Choice<EbmPreset> kEbmPresets[] = {{"own", EbmPreset::own}, {"uva", EbmPreset::uva}};

struct EbmOptions {
  EbmPreset preset = EbmPreset::own;
  EbmNet net = EbmNet::mlp;
  int64_t channels = 16;
  EnergyOptions energy = {.input_scale = 8, .confinement = 4};
  double data_noise = 0;
  double l2 = 0;
  double beta1 = 0.9;
  ChainStart init = ChainStart::buffer;
  EbmSampler sampler = ebm_ula;
  Pixels pixels = Pixels::grey;
  int64_t chain_steps = 10;
  int64_t jumps = 0;
  double step = 0.02;
  double noise = 0;
  double step_clip = 0;
  bool clamp = false;
  int64_t buffer = 5000;
  double fresh = 0.05;
  int64_t sample_steps = 1000;

  bool binary() const { return sampler == ebm_flip; }  ///< true if x has elements 0 and 1
  ChainMove move() const { return {.step = step, .noise = noise, .step_clip = step_clip, .clamp = clamp}; }
  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// True if chains with these steps sample exp f: T = 1, and no limits.
bool chains_sample_f(const ChainMove& move);

/// The chains of an energy-based model, with Langevin steps x_next = x + step grad f + noise z. In the limit
/// of small steps, chains without limits sample exp(f / T), T = noise^2 / (2 step).
class EbmChains {
 public:
  /// Makes chains without jumps. mala is exact only at T = 1.
  EbmChains(EbmSampler sampler, const ChainMove& move) : move_(move), sampler_(sampler(move)) {}
  /// Makes the chains of a model, with its jumps.
  explicit EbmChains(const EbmOptions& options);

  const ChainMove& move() const { return move_; }
  double temperature() const { return move_.temperature(); }
  /// True if the chains sample exp f.
  bool sample_f() const { return chains_sample_f(move_); }
  bool jump() const { return jumps_ != nullptr; }
  /// Returns the least number of chains in a walk.
  int64_t fewest() const { return jump() ? Jumps::kFewestChains : 1; }

  /// Makes `steps` transitions of every chain x (B, d), without recording, and returns the ends. Adds the
  /// accepted share of each transition to `accepted` if not null, and reports progress to `done`. Throws
  /// NonFinite if f or its gradient is not finite at the end.
  Tensor walk(const Target& target, const Tensor& x, int64_t steps, Rng& rng, double* accepted = nullptr,
              const std::function<void(double)>& done = {});
  /// Makes the jumps of every chain x (B, d), without recording, and returns the new positions. Adds the
  /// accepted share to `taken` if not null. The target needs an extent, and B must not be below fewest().
  Tensor jump(const Target& target, const Tensor& x, Rng& rng, double* taken = nullptr);
  /// Runs walk(), with jumps (if there are any) after every `run` transitions and at the end.
  Tensor walk_and_jump(const Target& target, const Tensor& x, int64_t steps, int64_t run, Rng& rng,
                       const std::function<void(double)>& done = {});
  /// Adds the sampler's adapted values to a State.
  void add_to(State& state, const std::string& prefix) { sampler_->add_to(state, prefix); }

 private:
  ChainMove move_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Jumps> jumps_;  // null: none
};

/// Makes f with the chosen network for examples of this shape. Throws Error for net=conv with points.
EnergyNetwork ebm_network(const EbmOptions& options, const DataShape& shape, Rng& rng);

/// The objective of a batch, with its terms.
struct CdTerms {
  Tensor loss;      // scalar to minimise; its value is not a likelihood
  Tensor f_data;    // (B), detached
  Tensor f_sample;  // (C), detached
};

/// Contrastive divergence: loss = -(mean f(data) - mean f(samples)) + l2 (mean f(data)^2 + mean
/// f(samples)^2), with fixed samples. For exact samples of the model and l2 = 0, minus the loss has the
/// gradient of the mean log p(data):
///   grad log p(x) = grad f(x) - E_model grad f   (Hinton 2002, eq. 3).
/// data (B, d), samples (C, d). Records if a tape is alive.
CdTerms contrastive_divergence(TensorFn log_density, const Tensor& data, const Tensor& samples,
                               double l2 = 0);

/// Returns the largest |f(data) - f(samples)| of a model of this dimension that has not diverged. For a
/// trained model E_data f - E_model f is of the order of the dimension; far beyond it, the network learns
/// faster than its chains move. If l2 keeps f near 0, a gap of 1/l2 is optimal for any samples, and above
/// 2/l2 the loss is higher than with f = 0.
double largest_gap(int64_t dimension, double l2);

inline constexpr QuantityInfo kEbmFData{"f_data", "nats"}, kEbmFSample{"f_sample", "nats"},
    kEbmTemperature{"temperature", ""};

class Ebm : public Model {
 public:
  Ebm(const EbmOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

  EnergyNetwork& network() { return network_; }
  /// Returns the replay buffer; null unless init=buffer.
  const ReplayBuffer* buffer() const { return buffer_ ? &*buffer_ : nullptr; }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  /// Draws the ends of chains of `sample_steps` transitions from noise, for images after a denoising step.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  Picture buffer_picture() const;
  Picture planes(Rng& rng) const;
  std::vector<Picture> image_pictures(const DataView& data);
  std::string reading() const;
  Tensor noisy(const Tensor& x, Rng& rng) const;
  Tensor start(int64_t n, Rng& rng) const;
  // Returns f as a target, limited to the toy's box.
  Target chain_target() const;
  // Returns the ends of chains of `steps` transitions from noise, with jumps.
  Tensor chain_ends(int64_t n, int64_t steps, Rng& rng, const ShareDone& done = {}) const;
  Tensor completed_images(const InpaintRequest& request) const;
  void check_gap(double f_data, double f_sample) const;
  // Returns the noise of the data that is removed from shown samples; 0 if chains move among clean images.
  double shown_noise() const { return options_.clamp ? 0 : options_.data_noise; }
  Quantity mean_f(const DataView& data) const;

  DataShape shape_;
  EbmOptions options_;
  Rng init_rng_, chain_rng_;
  EnergyNetwork network_;
  Learner learner_;
  EbmChains chains_;
  std::optional<ReplayBuffer> buffer_;
  Metric cd_loss_, f_data_, f_sample_, grad_norm_, temperature_, acceptance_;
  std::optional<Metric> jumps_taken_;
};

/// Returns the energy-based model's entry in the list of models.
ModelEntry ebm_entry();

}  // namespace gradzoo
