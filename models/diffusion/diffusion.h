#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/noise_path.h"
#include "gradzoo/models/networks/time_network.h"
#include "gradzoo/models/networks/units.h"
#include "models/diffusion/discriminator.h"
#include "models/networks/classes.h"
#include "models/networks/noise_energy.h"
#include "models/networks/pairing.h"

/// Models along a path from noise to data: flow matching, ddpm and ncsn.
namespace gradzoo {

/// From "labels", "labels:100", "clusters:100" or "none". Throws Error for others.
Conditioning read_conditioning(const std::string& text);

/// The options of every model along a path from noise to data.
struct PathOptions {
  std::string classes = "labels";
  double label_dropout = 0.1;
  double guidance = 1.25;
  int64_t sample_steps = 20;
  PathStep solver = euler_step;
  LevelOptions level = {};
  double discriminator = 0;
  double discriminator_weight = 2;
  TimeNetworkOptions network = {};
  Pixels pixels = Pixels::grey;
  int64_t image_epochs = 4;  // by default; no setting

  void describe(OptionTable& options);
  /// The options of a request for samples.
  void describe_sampling(OptionTable& options, bool is_conditional);
  void describe_discriminator_weight(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);

 private:
  void check_guidance(const char* hint) const;
};

struct FlowOptions : PathOptions {
  Pairing pairing = Pairing::independent;

  FlowOptions() { network.bounded = true; }
  void describe(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

struct DdpmOptions : PathOptions {
  DdpmOptions() {
    sample_steps = 50;
    solver = ddim_step;
    pixels = Pixels::dequantised;
    image_epochs = 10;
  }
};

struct NcsnOptions : PathOptions {
  NoiseNet net = NoiseNet::score;
  double sigma_begin = 20;
  double sigma_end = 0.01;

  NcsnOptions() {
    solver = langevin_step;
    image_epochs = 10;
  }
  void describe(OptionTable& options);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// The ratio g of neighbouring levels at which samples of one level are still typical of the next, in d
/// dimensions (Song & Ermon 2020, "Improved techniques for training score-based generative models", technique
/// 2): Phi(sqrt(2d) (g - 1) + 3g) - Phi(sqrt(2d) (g - 1) - 3g) = 1/2, but at most 2, which few dimensions
/// would exceed.
double level_ratio(int64_t dimensions);
/// Levels from first down to last at about that ratio, 2 or more. Throws Error unless first > last > 0.
int64_t level_count(double first, double last, int64_t dimensions);
/// The step e, in units of a level's variance, at which so many Langevin steps bring a Gaussian of the level
/// before, g times as wide, nearest to the level's own variance (technique 4 there): least
///   (1 - e)^(2 repeats) (g^2 - A) + A,  A = 2 / (2 - e),  for e in (0, 1).
double level_step(double ratio, int64_t repeats);

inline constexpr QuantityInfo kVelocityError{"velocity_error", ""}, kNoiseError{"noise_error", ""};

/// What the network predicts from x_t.
enum class PredictionType { velocity, noise };

/// What distinguishes the models along a path.
struct DiffusionKind {
  std::string name;  // of its random streams
  NoisePath path;
  PredictionType prediction_type;
  bool clamped = false;  // a mean of images lies among pixels, whatever the network says
  NoiseNet net = NoiseNet::score;
  Pairing pairing = Pairing::independent;
};

/// How to get from noise to data.
struct Route {
  PathStep solver;
  int64_t steps;
  LevelOptions level = {};
  double guidance = 0;       // towards the labels
  double discriminator = 0;  // weight of its slope
  ShareDone done = {};
};

/// A network sees noisy data, x_t = a(t) x_1 + b(t) eps at all t, and learns one conditional mean, which
/// determines all predictions: a velocity field whose flow carries noise to data, a denoiser, a score at
/// every noise level (Song et al. 2021; Lipman et al. 2023).
class Diffusion : public Model {
 public:
  Diffusion(DiffusionKind kind, const PathOptions& options, const DataShape& shape,
            const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

  const TimeNetwork& network() const { return network_; }
  const NoisePath& path() const { return kind_.path; }
  void prepare(const Examples& examples) override;
  const Classes& classes() const { return classes_; }
  const NoisyDiscriminator* discriminator() const { return discriminator_ ? &*discriminator_ : nullptr; }
  /// Both conditional means at x (B, numbers), images in [-1,1], at time t, given classes (B) or, if
  /// undefined, none.
  Prediction predict(const Tensor& x, double t, const Tensor& classes = {}) const;
  /// dx_t/dt of the probability flow, without labels; smooth in x, because the x0 prediction is not clamped
  /// here.
  Tensor velocity(const Tensor& x, double t) const;
  /// Maps x_0 (n, numbers) to data in their own units.
  Tensor carry(const Tensor& x, const Tensor& classes, Rng& rng, const Route& route) const;
  /// Ten points on the arc between each pair of x_0 (2 pairs, numbers), with one class for each pair, mapped
  /// to data by ddim: (10 pairs, numbers).
  Tensor between(const Tensor& codes, const Tensor& classes, Rng& rng) const;
  /// The route that the options describe.
  Route route() const { return route_of(options_); }
  /// The time at which the ratio of noise to data is sigma.
  double time_of_level(double sigma) const { return time_of_noise(kind_.path, sigma); }
  /// The noise levels of the path, in the data's units.
  NoiseRange noise_range() const;

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  static Route route_of(const PathOptions& options) {
    return {options.solver,
            options.sample_steps,
            options.level,
            options.guidance,
            options.discriminator > 0 ? options.discriminator_weight : 0,
            {}};
  }
  std::string reading() const;
  Tensor completed_images(const InpaintRequest& request) const;
  Target target_of_path() const;
  bool is_conditional() const { return classes_.count() > 0; }
  // Which of the two predictions were trained: given a class, and without one.
  bool knows_classes() const { return is_conditional() && options_.label_dropout < 1; }
  bool knows_no_class() const { return !is_conditional() || options_.label_dropout > 0; }
  bool has_bits() const;
  // Throws Error for guidance by a prediction that was never trained.
  void check_guidance(double guidance) const;
  // What the network was made to say, at times t (B).
  Tensor output(const Tensor& x, const Tensor& t, const Tensor& labels) const;
  // |output - target|^2, a number of the example: (B).
  Tensor error(const Batch& batch, const Tensor& labels, Rng& rng) const;
  // Its step so many of what tells data from samples, beside a network that stands.
  void train_discriminator(const StepContext& context, const Tensor& labels, int64_t step, double rate,
                           MetricRow row);
  // What both see of data on their paths at random times: of unit size.
  Tensor on_paths(const Tensor& data);
  Prediction guided(const Tensor& x, double t, const Tensor& labels, double guidance) const;
  // With the discriminator's slope added to the score.
  Prediction corrected(const Prediction& prediction, const Tensor& x, double t, double weight) const;
  Prediction unclamped(const Tensor& output, const Tensor& x, const Mixing& at) const;
  Prediction prediction_of(const Tensor& output, const Tensor& x, double t) const;
  // x_0 from which ddim comes to these examples, as its own steps taken back have it.
  Tensor code_of(const Tensor& examples, const Tensor& labels, Rng& rng) const;
  Quantities held_out_error(const DataView& data, int64_t most) const;

  DataShape shape_;
  Units units_;
  DiffusionKind kind_;
  PathOptions options_;
  Classes classes_;
  Rng init_rng_, noise_rng_;
  TimeNetwork network_;
  Learner learner_;
  std::optional<NoisyDiscriminator> discriminator_;  // with a share of the steps
  std::optional<Learner> discriminator_learner_;
  Tensor drawn_;  // samples that it learns from, the oldest replaced first: (kept, numbers)
  std::optional<Metric> discriminator_loss_;
  int64_t likelihood_images_ = 200;
  Metric error_, grad_norm_;
};

/// Flow matching (Lipman et al. 2023; Liu et al. 2023; Albergo & Vanden-Eijnden 2023): the velocity along
/// straight paths.
class FlowMatching : public Diffusion {
 public:
  FlowMatching(const FlowOptions& options, const DataShape& shape, const TrainingOptions& training);
};

/// Denoising diffusion (Ho et al. 2020; Nichol & Dhariwal 2021): the noise along the cosine path.
class Ddpm : public Diffusion {
 public:
  Ddpm(const DdpmOptions& options, const DataShape& shape, const TrainingOptions& training);
};

/// Noise-conditional score network (Song & Ermon 2019, 2020): sigma times the score, which is minus the
/// noise, at levels of a geometric sequence; the weight sigma^2 gives all levels the same scale.
class Ncsn : public Diffusion {
 public:
  Ncsn(const NcsnOptions& options, const DataShape& shape, const TrainingOptions& training);
};

ModelEntry flow_matching_entry();
ModelEntry ddpm_entry();
ModelEntry ncsn_entry();

}  // namespace gradzoo
