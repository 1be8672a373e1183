#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/coupling_flow.h"
#include "gradzoo/models/networks/energy.h"

/// Noise-contrastive estimation (Gutmann & Hyvarinen 2010): a classifier between data and noise of known
/// density p_n, with nu noise points for each data point. With log_model = f(x) - c, its odds for data are
///     D / (1 - D) = exp(f(x) - c) / (nu p_n(x)),
/// so the optimum is exp(f - c) = p_data with c = log Z. Everything is computed in logarithms.
///
/// nce, cnce and fce share an energy on points with a known density, its evaluation and its pictures. For
/// images the noise is a flow, which a convolutional energy tilts (tilted_flow.h).
namespace gradzoo {

/// The noise that data are classified against.
enum class NoiseKind {
  gaussian,  // isotropic, with the data's mean and their largest standard deviation of an axis
  fitted,    // with the data's mean and covariance
  mixture,   // kernel density of 100 data points, with Scott's width
  flow,      // RealNVP that is fitted to the data first
};
inline constexpr Choice<NoiseKind> kNoiseKinds[] = {{"gaussian", NoiseKind::gaussian},
                                                    {"fitted", NoiseKind::fitted},
                                                    {"mixture", NoiseKind::mixture},
                                                    {"flow", NoiseKind::flow}};

/// A normalised density with samples.
struct Noise {
  std::function<Tensor(int64_t n, Rng&)> sample;    // (n, d)
  std::function<Tensor(const Tensor& x)> log_prob;  // normalised: (B, d) -> (B)
};
Noise noise_of(std::shared_ptr<const Toy> toy);
/// The flow must outlive it.
Noise noise_of(const CouplingFlow& flow);

/// Noise, its flow (null: not a flow), and the logarithm, up to a constant, of the importance weight from
/// the noise to the learned density: (B, d) -> (B).
struct Weighted {
  const Noise& noise;
  const CouplingFlow* flow;
  std::function<Tensor(const Tensor& x)> log_weight;
  /// True if each sample is drawn from its own pool of noise, so that no point repeats; else one pool for
  /// all.
  bool own_pools = false;
};

/// Returns the options of a flow's learner next to an energy: it clips gradients even by default.
LearnerOptions flow_learner(const TrainingOptions& training);

/// Returns the noise for points (n, d), all widths multiplied by `width`; not for `flow`, which is trained.
std::shared_ptr<const Toy> contrasting_noise(NoiseKind kind, const Tensor& points, double width);

/// The method for samples of a density that was learned against noise.
enum class ContrastDraw {
  energy,    // noise, resampled by its weights exp(f) / p_n
  flow,      // unweighted samples of the flow
  langevin,  // Markov chains on a flow's codes
};
inline constexpr Choice<ContrastDraw> kContrastDraws[] = {
    {"energy", ContrastDraw::energy}, {"flow", ContrastDraw::flow}, {"langevin", ContrastDraw::langevin}};
struct ContrastDraws {
  ContrastDraw draw = ContrastDraw::energy;
  int64_t pool = 50;
  int64_t walk = 40;
  double walk_step = 0.05;

  void describe_sampling(OptionTable& options);
};

struct NceOptions {
  NoiseKind noise = NoiseKind::fitted;
  double noise_width = 1.2;
  int64_t nu = 2;
  int64_t flow_steps = 1000;
  double warm_up = 0.6;
  int64_t channels = 32;
  ContrastDraws draws = {};
  CouplingFlowOptions flow = {};
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};
  static constexpr Pixels pixels = Pixels::dequantised;

  void describe(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  std::unique_ptr<Model> make(const DataShape& shape, const TrainingOptions& training) const;
};

struct FceOptions {
  double warm_up = 0.25;
  double flow_rate = 0.4;
  int64_t channels = 32;
  ContrastDraws draws = {};
  CouplingFlowOptions flow = {};
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};
  static constexpr Pixels pixels = Pixels::dequantised;

  void describe(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  std::unique_ptr<Model> make(const DataShape& shape, const TrainingOptions& training) const;
};

struct CnceOptions {
  double eps = 0.3;
  int64_t nu = 1;
  ContrastDraws draws = {};
  EnergyOptions energy = {.input_scale = 3, .confinement = 2};

  void describe(OptionTable& options);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// f(x) = log p~(x) and, if it is learned, the constant c that normalises it: log p(x) = f(x) - c.
class NceNetwork : public Module {
 public:
  NceNetwork(int64_t inputs, const EnergyOptions& energy, bool learns_constant, Rng& rng);
  /// Uses another network, (B, inputs) -> (B, 1), with a constant.
  NceNetwork(int64_t inputs, const EnergyOptions& energy, std::unique_ptr<Module> net);
  Tensor log_density(const Tensor& x) const { return energy_.log_density(x); }  // f: (B, d) -> (B)
  Tensor log_model(const Tensor& x) const;                                      // f - c: (B)
  Tensor score(const Tensor& x) const { return energy_.score(x); }              // grad f: (B, d)
  const Tensor& constant() const { return constant_; }                          // c (1); undefined: none

 private:
  void begin_constant();

  EnergyNetwork energy_;
  Tensor constant_;
};

/// Returns log D/(1-D) of each x: log_model, log_noise (B) -> (B).
Tensor nce_logit(const Tensor& log_model, const Tensor& log_noise, double nu = 1);
/// Returns -log D for each data point's logit.
Tensor nce_data_loss(const Tensor& logit);
/// Returns -log(1 - D) for each noise point's logit.
Tensor nce_noise_loss(const Tensor& logit);

/// Returns the loss of conditional NCE (Ceylan & Gutmann 2018) with symmetric noise y = x + eps xi, -log
/// sigmoid(f(x) - f(y)) of each pair: (B), (B) -> (B). It classifies which one is the data point; Z cancels.
Tensor cnce_loss(const Tensor& f_data, const Tensor& f_noise);

inline constexpr QuantityInfo kKlWithoutModes{"kl_without_modes", "nats"},
    kNceConstantError{"c_error", "nats"}, kNceLogProb{"log_p", "nats", {.volumes = -1}};

class ContrastiveModel : public Model {
 public:
  const NceNetwork& network() const { return network_; }

 protected:
  /// Throws Error if the points have no known density.
  ContrastiveModel(const EnergyOptions& energy, bool learns_constant, const ContrastDraws& draws,
                   const DataShape& shape, const TrainingOptions& training);

  const DataShape& shape() const { return shape_; }
  Learner& learner() { return learner_; }
  Rng& noise_rng() { return noise_rng_; }
  /// Draws points of the true distribution for the fit of a proposal: (n, d) f64.
  Tensor fit_points(const TrainingOptions& training) const;
  /// Returns the proposal for samples.
  virtual const Noise& proposal() const = 0;
  /// Returns the proposal if it is a flow, else null.
  virtual const CouplingFlow* proposed_by() const { return nullptr; }
  Weighted weighted() const;
  /// Returns KL and log Z by quadrature, and the error of a learned c; empty in more than two dimensions.
  virtual Quantities fit_to_truth(int64_t cells) const;

  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  DataShape shape_;
  ContrastDraws draws_;
  Rng init_rng_, noise_rng_;
  NceNetwork network_;
  Learner learner_;
};

/// Noise-contrastive estimation (Gutmann & Hyvarinen 2010): f and c, from the classification of data against
/// noise of known density.
class Nce : public ContrastiveModel {
 public:
  Nce(const NceOptions& options, const DataShape& shape, const TrainingOptions& training);

  /// Fits the flow if noise=flow.
  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;

 protected:
  void add_to(State& state) override;
  const Noise& proposal() const override { return noise_; }
  const CouplingFlow* proposed_by() const override { return flow_ ? &*flow_ : nullptr; }

 private:
  uint64_t seed_;
  int64_t nu_, flow_steps_;           // noise points per data point; steps of the flow's fit
  std::optional<CouplingFlow> flow_;  // with noise=flow
  Noise noise_;                       // p_n
  Metric loss_, c_, d_data_, d_noise_, grad_norm_;
};

/// Returns NCE's entry in the list of models.
ModelEntry nce_entry();

inline constexpr QuantityInfo kFlowKl{"flow_kl", "nats"};

///@{
/// Quantities for images: the flow's bits, the AUROC of the energy between images and the flow's samples,
/// and the effective share of the samples after weighting.
inline constexpr QuantityInfo kFlowBits{"flow_bits_per_dim", "bits/dim"}, kTiltAuroc{"auroc", ""},
    kEffectiveShare{"effective_share", ""};
///@}

/// Flow contrastive estimation (Gao et al. 2020): an energy exp(f - c) is trained against a flow q,
///   min_q max_f,c  V = E_data log D + E_q log(1 - D),   D = exp(f - c) / (exp(f - c) + q).
/// At the best f, V = 2 JSD(data, q) - log 4: the flow approaches the data, so the classification stays
/// hard, which trains the energy best. The results are a normalised energy and a density with fast samples.
class Fce : public ContrastiveModel {
 public:
  Fce(const FceOptions& options, const DataShape& shape, const TrainingOptions& training);

  /// Initialises the actnorms from the data.
  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;
  const CouplingFlow& flow() const { return flow_; }

 protected:
  const Noise& proposal() const override { return noise_; }
  const CouplingFlow* proposed_by() const override { return &flow_; }
  /// Adds the flow's KL to the energy's quantities.
  Quantities fit_to_truth(int64_t cells) const override;

 private:
  FceOptions options_;
  uint64_t seed_;
  Rng flow_rng_;
  CouplingFlow flow_;
  Noise noise_;
  Learner flow_learner_;
  Metric loss_, c_, d_data_, d_noise_, flow_nll_, grad_norm_;
};

/// Returns FCE's entry in the list of models.
ModelEntry fce_entry();

}  // namespace gradzoo
