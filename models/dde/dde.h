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

/// What a denoiser of data at many noise levels adds to the denoiser of a Gaussian.
class LevelNet : public Module {
 public:
  /// x (B, d), scaled to a variance of 1, sigma (B, 1) -> (B, d). Differentiable twice in x.
  virtual Tensor predict(const Tensor& x, const Tensor& sigma) const = 0;
  Tensor forward(const Tensor&) const override;  // throws Error: it needs a sigma
};

/// Layers of SiLU units that see x times `input_scale`, and log sigma; behind the first, each adds to the one
/// before it, of the same size.
class LevelPerceptron : public LevelNet {
 public:
  LevelPerceptron(int64_t inputs, const std::vector<int64_t>& hidden, double input_scale, Rng& rng);
  Tensor predict(const Tensor& x, const Tensor& sigma) const override;

 private:
  double input_scale_;
  std::vector<std::unique_ptr<Linear>> layers_;
};

/// The U-Net of diffusion, whose time goes from 0 at the widest noise to 1 at the least, evenly in log sigma.
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
  double generator_beta1 = 0.9;  // by default; no setting

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// The log-density f(x, sigma), up to a constant for each sigma, of data with Gaussian noise of sigma.
class NoisyDensity : public Module {
 public:
  /// x (B, d), sigma (B, 1) -> (B)
  virtual Tensor log_density(const Tensor& x, const Tensor& sigma) const = 0;
  /// grad_x f of every row: (B, d). Records into the caller's tape under create_graph.
  Tensor score(const Tensor& x, const Tensor& sigma, bool create_graph = false) const;
  Tensor forward(const Tensor&) const override;  // throws Error: it needs a sigma
};

/// Of one sigma, by any energy.
class OneLevelDensity : public NoisyDensity {
 public:
  OneLevelDensity(int64_t inputs, const EnergyOptions& options, Rng& rng) : energy_(inputs, options, rng) {
    register_module("energy", energy_);
  }
  Tensor log_density(const Tensor& x, const Tensor&) const override { return energy_.log_density(x); }

 private:
  EnergyNetwork energy_;
};

/// Of all sigma, by a denoiser r:
///   f(x, sigma) = -|x - r(x, sigma)|^2 / (2 sigma^2),
/// so that its curvature, 1/sigma^2 where r is flat, is built in. With data of mean m and variance v,
///   r = m + v/(v + sigma^2) (x - m) + sigma sqrt(v/(v + sigma^2)) net((x - m) / sqrt(v + sigma^2), log
///   sigma)
/// (Karras et al. 2022, table 1), whose first terms alone denoise a Gaussian.
class LevelDensity : public NoisyDensity {
 public:
  /// `data_mean` (1, d) and `data_variance` (1, 1) are kept as they are, the caller's own.
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
  double sd;       // p-weighted, of f - log p
  double largest;  // |f - log p| from its mean, where the likeliest 99 % are
};
/// Compares a learned log-density f (B, 2) -> (B) with toy * N(0, sigma^2) by quadrature; kl is KL(toy * N(0,
/// sigma^2) || exp f / Z).
struct DdeFit {
  OffsetSpread offset;
  double kl;
};
DdeFit dde_fit(const Toy& toy, double sigma, TensorFn log_density);

/// Denoising density estimator (Bigdeli et al. 2020): f_p with
///   min E |sigma grad f_p(x + sigma e) + e|^2,  e ~ N(0, I),  so that f_p = log p^ + C,  p^ = p * N(0,
///   sigma^2),
/// and a generator without an adversary: f_q is fitted to its noisy fakes in the same way, and G descends
///   mean [f_q - f_p](G(z) + sigma e),  whose gradient with f_q held is that of KL(q^ || p^).
/// With one sigma G finds no digits: q^ and p^ hardly overlap, or hardly differ. With all sigma from
/// sigma_begin down to sigma, f_p and f_q know sigma, and G descends E sigma [f_q - f_p](G(z) + sigma e,
/// sigma), a sum of KLs over levels, each of which is 0 for q = p alone (Luo et al. 2023, "Diff-Instruct").
class Dde : public Model {
 public:
  Dde(const DdeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void prepare(const Examples& examples) override;
  void train_step(const StepContext& context, MetricRow row) override;
  /// log p^ of data with noise of sigma, the least one where none is given, up to its constant: x (B, d) ->
  /// (B), images and sigma in their own units, [0,1].
  Tensor log_density(const Tensor& x, std::optional<double> sigma = {}) const;
  /// f_q - f_p, or -f_p without f_q, of every row: x (B, d), images in [-1,1] where there are several levels,
  /// sigma (B, 1) -> (B).
  Tensor gap(const Tensor& x, const Tensor& sigma) const;
  /// The mean of these gaps, each times sigma over the least: what G descends.
  Tensor generator_loss(const Tensor& gaps, const Tensor& sigma) const;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  std::string reading() const;
  // |sigma grad f + e|^2, a number of the example: (B).
  Tensor denoising_error(const NoisyDensity& density, const Tensor& x, const Tensor& eps,
                         const Tensor& sigma) const;
  // Levels (n, 1), evenly spread in log sigma down to `least`.
  Tensor draw_levels(int64_t n, double least, Rng& rng) const;
  std::unique_ptr<NoisyDensity> make_density();
  std::unique_ptr<Module> make_generator();
  bool has_levels() const { return options_.sigma_begin > options_.sigma; }
  // How long a unit of the data is where densities see them: with several levels pixels are in [-1,1].
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
  // The parts of a training step: f_p alone, f_p while the generator waits, and the generator with f_q.
  void learn_data(const Tensor& x, double rate, MetricRow row);
  void prepare_for_generator(const Tensor& x, const StepContext& context, MetricRow row);
  void teach_generator(const Tensor& x, const StepContext& context, MetricRow row);
  void train_fake_density(int64_t n, double rate, MetricRow row);
  void train_generator(int64_t n, const StepContext& context, MetricRow row);

  DataShape shape_;
  DdeOptions options_;
  Rng init_rng_, noise_rng_;
  Tensor data_mean_, data_variance_;  // of examples, where there are several levels: (1, d), (1, 1)
  std::unique_ptr<NoisyDensity> density_;
  std::unique_ptr<NoisyDensity> fake_density_;  // of a generator's samples; null: none
  std::unique_ptr<Module> generator_;           // null: none
  Learner density_learner_;
  std::optional<Learner> fake_learner_, generator_learner_;
  Metric error_, grad_norm_;
  std::optional<Metric> fake_error_, gap_;  // of a generator
};

ModelEntry dde_entry();

}  // namespace gradzoo
