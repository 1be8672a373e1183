#pragma once

#include <algorithm>
#include <string>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/options.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/samplers/ais.h"

/// Restricted Boltzmann machines (Smolensky 1986; Hinton 2002):
///   log p(x, h) = x^T W h + b^T x + c^T h - log Z,  x in {0,1}^n, h in {0,1}^m.
///
/// Exact quantities enumerate the smaller side: sums in f64, terms in the layer's dtype unless stated.
namespace gradzoo {

/// The parameters of a restricted Boltzmann machine, with differentiable closed forms.
class RbmLayer : public Module {
 public:
  /// Draws W ~ N(0, 0.01^2), in one draw of rng (Hinton 2012, section 8), and sets the biases to 0. Throws
  /// Error unless both sizes are positive.
  RbmLayer(int64_t visible, int64_t hidden, Rng& rng, DType dtype = DType::f32);

  int64_t visible() const { return weight_.dim(0); }            ///< n
  int64_t hidden() const { return weight_.dim(1); }             ///< m
  const Tensor& weight() const { return weight_; }              ///< (n, m)
  const Tensor& visible_bias() const { return visible_bias_; }  ///< (n)
  const Tensor& hidden_bias() const { return hidden_bias_; }    ///< (m)

  /// Returns P(h_j = 1 | x) = sigmoid(c_j + W_j^T x): x (B, n) -> (B, m).
  Tensor hidden_probabilities(const Tensor& x) const;
  /// Returns P(x_i = 1 | h) = sigmoid(b_i + W_i h): h (B, m) -> (B, n).
  Tensor visible_probabilities(const Tensor& h) const;
  /// Returns F(x) = -b^T x - sum_j softplus(c_j + W_j^T x) = -log sum_h exp(x^T W h + b^T x + c^T h): x (B,
  /// n) -> (B).
  Tensor free_energy(const Tensor& x) const;
  /// Returns minus the free energy of the hidden side: log sum_x exp(x^T W h + b^T x + c^T h): (B, m) ->
  /// (B).
  Tensor hidden_log_density(const Tensor& h) const;

 private:
  Tensor weight_, visible_bias_, hidden_bias_;
};

/// Draws 1 with probability sigmoid(scale logits + bias), else 0: (B, k), (k) -> (B, k). One draw of rng.
Tensor draw_units(const Tensor& logits, const Tensor& bias, Rng& rng, double scale = 1);
/// Writes these probabilities, times `factor`, into rows [first, first + B) of `out` (N, k).
void write_probabilities(const Tensor& logits, const Tensor& bias, double factor, Tensor& out, int64_t first);
/// Draws units and writes their probabilities in one pass.
Tensor draw_and_write(const Tensor& logits, const Tensor& bias, Rng& rng, double factor, Tensor& out,
                      int64_t first);

/// Block Gibbs sampling for a machine with fixed weights, without recording.
class RbmGibbs {
 public:
  /// Transposes W once for all steps. The layer must outlive it.
  explicit RbmGibbs(const RbmLayer& layer);

  /// Returns x W, without biases.
  Tensor hidden_logits(const Tensor& x) const;
  Tensor visible_logits(const Tensor& h) const;          ///< h W^T, without biases
  Tensor draw_hidden(const Tensor& x, Rng& rng) const;   ///< 0 or 1 with P(h = 1 | x)
  Tensor draw_visible(const Tensor& h, Rng& rng) const;  ///< 0 or 1 with P(x = 1 | h)
  /// Returns x after `steps` Gibbs steps x -> h -> x.
  Tensor walk(Tensor x, int64_t steps, Rng& rng) const;

 private:
  const RbmLayer& layer_;
  Tensor turned_;  ///< (m, n)
};

/// The largest number of units that is enumerated.
inline constexpr int64_t kMostEnumerated = 20;
/// True if the layer's smaller side can be enumerated.
inline bool is_enumerable(const RbmLayer& layer) {
  return std::min(layer.visible(), layer.hidden()) <= kMostEnumerated;
}

/// Returns log Z = log sum_h exp(c^T h + sum_i softplus(b_i + W_i h)), or the corresponding sum over x if
/// the visible side is smaller; terms in f64. Throws Error, with the cost and an alternative, if the smaller
/// side has more than kMostEnumerated units.
double exact_log_partition(const RbmLayer& layer);

/// Expectations under the model: E[x h^T] (n, m), E[x] (n), E[h] (m).
struct RbmMoments {
  Tensor products, visible, hidden;  ///< E[x h^T], E[x], E[h]
};
RbmMoments exact_moments(const RbmLayer& layer);  ///< throws Error as exact_log_partition does

/// Draws n independent x, (n, visible): the smaller side from its marginal, then the other side given it.
Tensor exact_samples(const RbmLayer& layer, int64_t n, Rng& rng);

/// Returns rows begin ... end-1 of all patterns of `bits` bits, the lowest bit first: (end - begin, bits).
Tensor binary_patterns(int64_t begin, int64_t end, int64_t bits, DType dtype);

/// The source of the model's samples in the negative phase of the gradient.
enum class RbmChains {
  data,        ///< k Gibbs steps from the batch: CD-k (Hinton 2002)
  persistent,  ///< k steps from the chains' last states: PCD-k (Tieleman 2008)
  exact,       ///< exact expectations, from enumerating the smaller side
};
/// The names in options.
inline constexpr Choice<RbmChains> kRbmChains[] = {
    {"data", RbmChains::data}, {"persistent", RbmChains::persistent}, {"exact", RbmChains::exact}};

/// The options of the training of a machine.
struct RbmLearningOptions {
  RbmChains chains = RbmChains::persistent;  ///< source of negative samples
  int64_t chain_steps = 1;                   ///< Gibbs steps per training step, k
  int64_t particles = 100;                   ///< number of persistent chains
  bool centred = true;                       ///< true for gradients centred at the means of both sides
  double momentum = 0.5;                     ///< momentum of SGD
  double weight_decay = 0;                   ///< factor of W in the gradient

  void describe(OptionTable& options);
};

/// Training of a layer on F(data) - F(samples), with products on raw buffers, without a tape.
///   grad_W = E[x~ p~^T] - E[x p^T],  grad_b = E[x~] - E[x],  grad_c = E[p~] - E[p],  p = P(h = 1 | x)
/// This is the gradient of mean F(data) - mean F(samples) with fixed samples x~. `centred` uses x - mu and h
/// - lambda in the products, with moving means mu of the data and lambda of p (Montavon & Mueller 2012), for
/// the same parameters (Melchior, Fischer & Wiskott 2016, algorithm 1):
///   C_W = <(x~ - mu)(p~ - lambda)^T> - <(x - mu)(p - lambda)^T>,
///   C_b = grad_b - C_W lambda,  C_c = grad_c - C_W^T mu.
class RbmLearning {
 public:
  /// Starts chains at fair coin flips. `learner` gives clipping and averaging; its optimiser becomes SGD
  /// with momentum. `name` is the prefix if a model has several machines, else "". The layer must outlive
  /// it.
  RbmLearning(RbmLayer& layer, const RbmLearningOptions& options, LearnerOptions learner, uint64_t seed,
              const std::string& name = "");

  Learner& learner() { return learner_; }  ///< learner with clipping and averaging
  /// Initialises the visible biases as log p/(1 - p) and the moving mean from the data's means p (n),
  /// clamped to [0.001, 0.999]; persistent chains restart at independent draws with these means.
  void begin_at(const Tensor& means);
  /// Sets the moving means: mu (n), lambda (m).
  void centre_at(const Tensor& mu, const Tensor& lambda);
  /// Returns the moving mean of the data, (n) in [0.001, 0.999].
  Tensor means() const;
  /// Returns the moving mean of P(h = 1 | x) over the data, (m): the means of a machine above this one.
  const Tensor& hidden_means() const { return hidden_mean_; }
  /// Returns log p/(1 - p) of the moving mean p: the biases of a machine without hidden units.
  Tensor base_bias() const;

  /// The metrics of one step.
  struct Step {
    double f_data, f_sample;  ///< mean F
    double grad_norm;         ///< norm of the gradient before clipping
  };
  /// Makes one step on x (B, n) of 0 and 1. Throws NonFinite as Learner::apply does, and changes only rng
  /// then.
  Step step(const Tensor& x, double learning_rate);
  /// Writes the gradient of mean F(data) - mean F(samples), or its centred form, for given samples (C, n).
  void write_gradient(const Tensor& data, const Tensor& samples);

  /// Registers chains, moving means and the random stream, as `prefix.something`.
  void add_to(State& state, const std::string& prefix);

 private:
  struct Phases;

  bool follows_chains() const { return options_.chains == RbmChains::persistent; }
  Tensor sampled(const Tensor& data_draws);
  Phases phases_of(const Tensor& data, bool draws);
  void add_samples(Phases& phases, const Tensor& samples) const;
  void add_expectations(Phases& phases) const;
  void write_gradient(Phases& phases);
  void follow(const Phases& phases);

  RbmLayer& layer_;
  RbmLearningOptions options_;
  Learner learner_;
  Rng rng_;
  Tensor visible_mean_, hidden_mean_;  ///< mu (n), lambda (m)
  Tensor chains_;                      ///< (C, n)
};

/// Returns the partition function of a layer, which must outlive it. Annealing starts at independent units
/// with biases base_bias (n). If the machine cannot be enumerated, the ends of Gibbs chains of 10,000 steps
/// replace exact samples.
Partition rbm_partition(const RbmLayer& layer, const Tensor& base_bias);

/// log Z of an evaluation, with its method.
struct RbmLogPartition {
  double value;         ///< nats
  double error;         ///< standard error; NaN for an exact value
  std::string how;      ///< method: "log Z exact", or "log Z = ... by annealed importance sampling, ..."
  bool trusted = true;  ///< false if a few chains dominate the estimate
};
/// Computes log Z by enumeration if possible, otherwise by forward annealing. Deterministic in the seed.
RbmLogPartition rbm_log_partition(const RbmLayer& layer, const Tensor& base_bias,
                                  const AnnealingOptions& options, uint64_t seed);

/// The path from a machine without weights to the given one (Salakhutdinov & Murray 2008, section 4.1):
///   f_beta(x) = (1 - beta) a^T x + beta b^T x + sum_j softplus(beta (c_j + W_j^T x)),
/// f_0 has independent units with biases a, and f_1 = -F. One product x W serves the weight and the Gibbs
/// step
///   h ~ sigmoid(beta (c + W^T x)),  x ~ sigmoid((1 - beta) a + beta (b + W h)).
class RbmPath final : public AnnealingPath {
 public:
  /// Starts at units with biases base_bias a (n). The layer must outlive it and keep its weights.
  RbmPath(const RbmLayer& layer, const Tensor& base_bias);

  Tensor advance(Tensor& x, double from, double to, Rng& rng) override;

  /// Returns log Z_0 = sum_i softplus(a_i) + m log 2.
  double begin_log_partition() const;
  /// Draws exact samples of f_0: (chains, n).
  Tensor begin(int64_t chains, Rng& rng) const;

 private:
  const RbmLayer& layer_;
  RbmGibbs gibbs_;
  Tensor base_bias_;  ///< a
  Tensor rise_;       ///< b - a, (n, 1)
};

}  // namespace gradzoo
