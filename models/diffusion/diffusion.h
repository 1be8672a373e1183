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

/// Models along a path from noise to data: flow matching, DDPM and NCSN.
namespace gradzoo {

/// Parses "labels", "labels:100", "clusters:100" or "none". Throws Error for any other string.
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
  int64_t image_epochs = 4;  // default of epochs for images; not an option

  void describe(OptionTable& options);
  /// Adds the options of a request for samples.
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

/// Returns the ratio g of neighbouring levels at which samples of one level are still typical of the next,
/// in d dimensions (Song & Ermon 2020, "Improved techniques for training score-based generative models",
/// technique 2): Phi(sqrt(2d) (g - 1) + 3g) - Phi(sqrt(2d) (g - 1) - 3g) = 1/2. In few dimensions g is
/// limited to 2.
double level_ratio(int64_t dimensions);
/// Returns the number of levels (at least 2) at about that ratio. Throws Error unless first > last > 0.
int64_t level_count(double first, double last, int64_t dimensions);
/// Returns the step eta, in units of a level's variance, for which `repeats` Langevin steps bring a Gaussian
/// from the level before, g times as wide, nearest to the level's variance (technique 4 there). It minimises
///   (1 - eta)^(2 repeats) (g^2 - A) + A,  A = 2 / (2 - eta),  for eta in (0, 1).
double level_step(double ratio, int64_t repeats);

inline constexpr QuantityInfo kVelocityError{"velocity_error", ""}, kNoiseError{"noise_error", ""};

/// The prediction of the network from x_t.
enum class PredictionType { velocity, noise };

/// The properties that distinguish the models along a path.
struct DiffusionKind {
  std::string name;  // name of the random streams
  NoisePath path;
  PredictionType prediction_type;
  bool clamped = false;  // true to clamp predicted images to the range of pixels
  NoiseNet net = NoiseNet::score;
  Pairing pairing = Pairing::independent;
};

/// The solver from noise to data, with its settings.
struct Route {
  PathStep solver;
  int64_t steps;
  LevelOptions level = {};
  double guidance = 0;       // guidance towards the labels
  double discriminator = 0;  // weight of the discriminator's gradient
  ShareDone done = {};
  std::function<void(const Tensor& x)> seen = {};
};

/// A network that learns one conditional mean from noisy data x_t = a(t) x_1 + b(t) eps at all t. This mean
/// determines all predictions: a velocity field whose flow transports noise to data, a denoiser, and a score
/// at every noise level (Song et al. 2021; Lipman et al. 2023).
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
  /// Returns both conditional means at x (B, elements), images in [-1,1], at time t, given classes (B);
  /// undefined: without classes.
  Prediction predict(const Tensor& x, double t, const Tensor& classes = {}) const;
  /// Returns dx_t/dt of the probability flow, without labels; smooth in x, since images are not clamped.
  Tensor velocity(const Tensor& x, double t) const;
  /// Maps x_0 (n, elements) to data in the data's units.
  Tensor carry(const Tensor& x, const Tensor& classes, Rng& rng, const Route& route) const;
  /// Maps ten points on the arc between each pair of x_0 (2 pairs, elements), with one class per pair, to
  /// data with DDIM: (10 pairs, elements).
  Tensor between(const Tensor& codes, const Tensor& classes, Rng& rng) const;
  /// Returns the route that the options describe.
  Route route() const { return route_of(options_); }
  /// Returns the time at which the ratio of noise to data is sigma.
  double time_of_level(double sigma) const { return time_of_noise(kind_.path, sigma); }
  /// Returns the noise levels of the path, in the data's units.
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
  // True if predictions given a class, and without one, were trained.
  bool knows_classes() const { return is_conditional() && options_.label_dropout < 1; }
  bool knows_no_class() const { return !is_conditional() || options_.label_dropout > 0; }
  bool has_bits() const;
  // Throws Error for guidance with a prediction that was never trained.
  void check_guidance(double guidance) const;
  // Returns the network's output, of the kind `prediction_type`, at times t (B).
  Tensor output(const Tensor& x, const Tensor& t, const Tensor& labels) const;
  // Returns the mean over elements of (output - target)^2: (B).
  Tensor error(const Batch& batch, const Tensor& labels, Rng& rng) const;
  // Makes one step of the discriminator; the network is not trained in it.
  void train_discriminator(const StepContext& context, const Tensor& labels, int64_t step, double rate,
                           MetricRow row);
  // Puts data on their paths at random times, rescaled to elements of about 1, as the discriminator's input.
  Tensor on_paths(const Tensor& data);
  Prediction guided(const Tensor& x, double t, const Tensor& labels, double guidance) const;
  // Adds the discriminator's gradient to the score.
  Prediction corrected(const Prediction& prediction, const Tensor& x, double t, double weight) const;
  Prediction unclamped(const Tensor& output, const Tensor& x, const Mixing& at) const;
  Prediction prediction_of(const Tensor& output, const Tensor& x, double t) const;
  // Returns x_0 from which DDIM would reach these examples, using reversed DDIM steps.
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
  std::optional<NoisyDiscriminator> discriminator_;  // trained in a share of the steps
  std::optional<Learner> discriminator_learner_;
  Tensor drawn_;  // its training samples, the oldest replaced first: (kept, elements)
  std::optional<Metric> discriminator_loss_;
  int64_t likelihood_images_ = 200;
  Metric error_, grad_norm_;
};

/// Flow matching (Lipman et al. 2023; Liu et al. 2023; Albergo & Vanden-Eijnden 2023), along straight paths.
class FlowMatching : public Diffusion {
 public:
  FlowMatching(const FlowOptions& options, const DataShape& shape, const TrainingOptions& training);
};

/// Denoising diffusion (Ho et al. 2020; Nichol & Dhariwal 2021), which learns noise along the cosine path.
class Ddpm : public Diffusion {
 public:
  Ddpm(const DdpmOptions& options, const DataShape& shape, const TrainingOptions& training);
};

/// Noise-conditional score network (Song & Ermon 2019, 2020), which learns sigma times the score (minus the
/// noise) at levels of a geometric sequence; the weight sigma^2 gives all levels the same scale.
class Ncsn : public Diffusion {
 public:
  Ncsn(const NcsnOptions& options, const DataShape& shape, const TrainingOptions& training);
};

ModelEntry flow_matching_entry();
ModelEntry ddpm_entry();
ModelEntry ncsn_entry();

}  // namespace gradzoo
