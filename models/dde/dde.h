#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/energy.h"
#include "gradzoo/models/networks/image_coder.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/networks/time_network.h"
#include "gradzoo/models/networks/units.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

/// The network in a denoiser for many noise levels, whose output is added to the denoiser of a Gaussian.
class LevelNet : public Module {
 public:
  /// Maps x (B, d), scaled to a variance of 1, and sigma (B, 1) to (B, d). Twice differentiable in x.
  virtual Tensor predict(const Tensor& x, const Tensor& sigma) const = 0;
  Tensor forward(const Tensor&) const override;  // throws Error: sigma is missing
};

/// A perceptron of SiLU layers with the inputs `input_scale` x and log sigma. Each layer after the first is
/// residual: it adds to the layer before it, of the same width.
class LevelPerceptron : public LevelNet {
 public:
  LevelPerceptron(int64_t inputs, const std::vector<int64_t>& hidden, double input_scale, Rng& rng);
  Tensor predict(const Tensor& x, const Tensor& sigma) const override;

 private:
  double input_scale_;
  std::vector<std::unique_ptr<Linear>> layers_;
};

/// The U-Net of diffusion, whose time is linear in log sigma: 0 at the widest noise, 1 at the least.
class LevelUnet : public LevelNet {
 public:
  LevelUnet(const DataShape& shape, int64_t channels, double widest, double least, Rng& rng);
  Tensor predict(const Tensor& x, const Tensor& sigma) const override;

 private:
  double log_widest_, log_least_;
  TimeNetwork net_;
};

enum class DdeNet { mlp, unet };
inline constexpr Choice<DdeNet> kDdeNets[] = {{"mlp", DdeNet::mlp}, {"unet", DdeNet::unet}};

struct DdeOptions {
  DdeNet net = DdeNet::mlp;
  EnergyOptions energy = {.hidden = {128, 128}, .input_scale = 4};
  double sigma = 0.1;
  double sigma_begin = 0;
  double generator_sigma = 0;
  int64_t density_steps = 0;
  int64_t fake_steps = 1;
  double generator_lr = 0;
  int64_t channels = 32;
  bool generator = false;
  bool fake_density = true;
  int64_t latent = 2;
  std::vector<int64_t> generator_hidden = {128, 128};
  double chain_step = 0.2;
  int64_t chain_steps = 500;
  double generator_beta1 = 0.9;  // default of the generator's beta1; not an option

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// The log-density f(x, sigma), up to a constant per sigma, of data with Gaussian noise of sigma.
class NoisyDensity : public Module {
 public:
  /// Returns f: x (B, d), sigma (B, 1) -> (B).
  virtual Tensor log_density(const Tensor& x, const Tensor& sigma) const = 0;
  /// Returns grad_x f of every row: (B, d). Records on the caller's tape if create_graph is true.
  Tensor score(const Tensor& x, const Tensor& sigma, bool create_graph = false) const;
  Tensor forward(const Tensor&) const override;  // throws Error: sigma is missing
};

/// A log-density for one sigma, from an EnergyNetwork.
class OneLevelDensity : public NoisyDensity {
 public:
  OneLevelDensity(int64_t inputs, const EnergyOptions& options, Rng& rng) : energy_(inputs, options, rng) {
    register_module("energy", energy_);
  }
  Tensor log_density(const Tensor& x, const Tensor&) const override { return energy_.log_density(x); }

 private:
  EnergyNetwork energy_;
};

/// A log-density for all sigma, from a denoiser r:
///   f(x, sigma) = -|x - r(x, sigma)|^2 / (2 sigma^2),
/// which has the curvature 1/sigma^2 where r is flat. With data of mean m and variance v,
///   r = m + v/(v + sigma^2) (x - m) + sigma sqrt(v/(v + sigma^2)) net((x - m) / sqrt(v + sigma^2), log
///   sigma)
/// (Karras et al. 2022, table 1). The first two terms denoise a Gaussian.
class LevelDensity : public NoisyDensity {
 public:
  /// Shares the caller's `data_mean` (1, d) and `data_variance` (1, 1), without copies.
  LevelDensity(std::unique_ptr<LevelNet> net, Tensor data_mean, Tensor data_variance);
  Tensor log_density(const Tensor& x, const Tensor& sigma) const override;

 private:
  Tensor mean_, variance_;
  std::unique_ptr<LevelNet> net_;
};

inline constexpr QuantityInfo kDdeError{"density_error", ""}, kDdeOffsetSd{"offset_sd", "nats"},
    kDdeOffsetMax{"offset_max", "nats"};

/// The difference of two log-densities after the best constant is removed.
struct OffsetSpread {
  double sd;       // p-weighted standard deviation of f - log p
  double largest;  // largest |f - log p - mean| in the region of the likeliest 99%
};
/// The fit of a log-density f (B, 2) -> (B) to p = toy * N(0, sigma^2) by quadrature: KL(p || exp f / Z).
struct DdeFit {
  OffsetSpread offset;
  double kl;
};
DdeFit dde_fit(const Toy& toy, double sigma, TensorFn log_density);

/// Denoising density estimator (Bigdeli et al. 2020): a log-density f_p with
///   min E |sigma grad f_p(x + sigma e) + e|^2,  e ~ N(0, I),  so that f_p = log p^ + C,  p^ = p * N(0,
///   sigma^2),
/// and a generator G without adversary: f_q is fitted to G's noisy samples in the same way, and G minimises
///   mean [f_q - f_p](G(z) + sigma e),  whose gradient with f_q fixed is the gradient of KL(q^ || p^).
/// With one sigma G finds no digits: q^ and p^ hardly overlap, or hardly differ. With all sigma from
/// sigma_begin down to sigma, f_p and f_q have sigma as an input, and G minimises E sigma [f_q - f_p](G(z) +
/// sigma e, sigma), a sum of KLs over levels, each of which is 0 only for q = p (Luo et al. 2023,
/// "Diff-Instruct").
class Dde : public Model {
 public:
  Dde(const DdeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void prepare(const Examples& examples) override;
  void train_step(const StepContext& context, MetricRow row) override;
  /// Returns log p^ of data with noise of sigma (default: the least sigma), up to a constant: x (B, d) ->
  /// (B), with images and sigma in the data's units, [0,1].
  Tensor log_density(const Tensor& x, std::optional<double> sigma = {}) const;
  /// Returns f_q - f_p of every row (-f_p if there is no f_q): x (B, d), sigma (B, 1) -> (B). If there are
  /// several levels, images are in [-1, 1].
  Tensor gap(const Tensor& x, const Tensor& sigma) const;
  /// Returns the loss of G: the mean of the gaps, each times sigma / (least sigma).
  Tensor generator_loss(const Tensor& gaps, const Tensor& sigma) const;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  std::string reading() const;
  // Returns the mean over elements of (sigma grad f + e)^2: (B).
  Tensor denoising_error(const NoisyDensity& density, const Tensor& x, const Tensor& eps,
                         const Tensor& sigma) const;
  // Draws levels (n, 1), evenly spread in log sigma down to `least`.
  Tensor draw_levels(int64_t n, double least, Rng& rng) const;
  std::unique_ptr<NoisyDensity> make_density();
  std::unique_ptr<Module> make_generator();
  bool has_levels() const { return options_.sigma_begin > options_.sigma; }
  // Returns the length of a data unit in the densities' units: with several levels pixels are in [-1,1].
  double unit() const { return has_levels() ? Units(shape_.kind()).length() : 1; }
  Tensor inner(const Tensor& x) const { return has_levels() ? Units(shape_.kind()).centred(x) : x; }
  Tensor outer(const Tensor& x) const { return has_levels() ? Units(shape_.kind()).uncentred(x) : x; }
  Tensor noisy_score(const Tensor& x, double sigma) const;
  Target target_of_least() const;
  Tensor generate(const Tensor& z) const;
  Tensor chain_ends(int64_t n, const DdeOptions& options, Rng& rng) const;
  Tensor along_levels(Rng& rng, const ShareDone& done, FunctionRef<Tensor(const Trajectory&)> walk) const;
  Tensor completed_images(const InpaintRequest& request) const;
  Tensor down_levels(int64_t n, int64_t steps, Rng& rng, const ShareDone& done) const;
  double train_density(const NoisyDensity& density, Learner& learner, const Tensor& x, double rate,
                       double& norm);
  // The parts of a training step: only f_p; f_p before the generator starts; the generator with f_q.
  void learn_data(const Tensor& x, double rate, MetricRow row);
  void prepare_for_generator(const Tensor& x, const StepContext& context, MetricRow row);
  void teach_generator(const Tensor& x, const StepContext& context, MetricRow row);
  void train_fake_density(int64_t n, double rate, MetricRow row);
  void train_generator(int64_t n, const StepContext& context, MetricRow row);

  DataShape shape_;
  DdeOptions options_;
  Rng init_rng_, noise_rng_;
  Tensor data_mean_, data_variance_;  // moments of the data if there are several levels: (1, d), (1, 1)
  std::unique_ptr<NoisyDensity> density_;
  std::unique_ptr<NoisyDensity> fake_density_;  // density of a generator's samples; null: none
  std::unique_ptr<Module> generator_;           // null: none
  Learner density_learner_;
  std::optional<Learner> fake_learner_, generator_learner_;
  Metric error_, grad_norm_;
  std::optional<Metric> fake_error_, gap_;  // with a generator
};

ModelEntry dde_entry();

}  // namespace gradzoo
