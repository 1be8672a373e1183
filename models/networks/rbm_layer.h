#pragma once

#include <algorithm>
#include <string>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/options.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/samplers/ais.h"

/// Restricted Boltzmann machines (Smolensky 1986; Hinton 2002):
///   log p(x, h) = x'W h + b'x + c'h - log Z,  x in {0,1}^n, h in {0,1}^m.
///
/// Quantities of a restricted Boltzmann machine by enumerating its smaller side: sums in f64, terms in the
/// layer's dtype unless stated otherwise.
namespace gradzoo {

/// Its parameters, and the closed forms that follow from them. All functions are differentiable.
class RbmLayer : public Module {
 public:
  /// W ~ N(0, 0.01^2), one draw of rng (Hinton 2012, section 8); biases 0. Throws Error unless both sizes are
  /// positive.
  RbmLayer(int64_t visible, int64_t hidden, Rng& rng, DType dtype = DType::f32);

  int64_t visible() const { return weight_.dim(0); }            ///< n
  int64_t hidden() const { return weight_.dim(1); }             ///< m
  const Tensor& weight() const { return weight_; }              ///< (n, m)
  const Tensor& visible_bias() const { return visible_bias_; }  ///< (n)
  const Tensor& hidden_bias() const { return hidden_bias_; }    ///< (m)

  /// P(h_j = 1 | x) = sigmoid(c_j + W_j'x): x (B, n) -> (B, m).
  Tensor hidden_probabilities(const Tensor& x) const;
  /// P(x_i = 1 | h) = sigmoid(b_i + W_i h): h (B, m) -> (B, n).
  Tensor visible_probabilities(const Tensor& h) const;
  /// F(x) = -b'x - sum_j softplus(c_j + W_j'x) = -log sum_h exp(x'Wh + b'x + c'h): x (B, n) -> (B).
  Tensor free_energy(const Tensor& x) const;
  /// -F seen from the other side: log sum_x exp(x'Wh + b'x + c'h), h (B, m) -> (B).
  Tensor hidden_log_density(const Tensor& h) const;

 private:
  Tensor weight_, visible_bias_, hidden_bias_;
};

/// 1 with probability sigmoid(scale logits + bias), else 0: logits (B, k), bias (k) -> (B, k). One draw of
/// rng.
Tensor draw_units(const Tensor& logits, const Tensor& bias, Rng& rng, double scale = 1);
/// The probabilities themselves, times `factor`, into rows [first, first + B) of `out` (N, k).
void write_probabilities(const Tensor& logits, const Tensor& bias, double factor, Tensor& out, int64_t first);
/// Both at once.
Tensor draw_and_write(const Tensor& logits, const Tensor& bias, Rng& rng, double factor, Tensor& out,
                      int64_t first);

/// Block Gibbs on a machine with fixed weights. Nothing is recorded.
class RbmGibbs {
 public:
  /// The layer must outlive it. W is transposed once for all steps.
  explicit RbmGibbs(const RbmLayer& layer);

  /// x W, and h W', without biases.
  Tensor hidden_logits(const Tensor& x) const;
  Tensor visible_logits(const Tensor& h) const;          ///< h W', without biases
  Tensor draw_hidden(const Tensor& x, Rng& rng) const;   ///< 0 or 1 with P(h = 1 | x)
  Tensor draw_visible(const Tensor& h, Rng& rng) const;  ///< 0 or 1 with P(x = 1 | h)
  /// x after `steps` times x -> h -> x.
  Tensor walk(Tensor x, int64_t steps, Rng& rng) const;

 private:
  const RbmLayer& layer_;
  Tensor turned_;  ///< (m, n)
};

/// The largest smaller side, in units, that is enumerated.
inline constexpr int64_t kMostEnumerated = 20;
/// Whether its smaller side can be enumerated.
inline bool is_enumerable(const RbmLayer& layer) {
  return std::min(layer.visible(), layer.hidden()) <= kMostEnumerated;
}

/// log Z = log sum_h exp(c'h + sum_i softplus(b_i + W_i h)), or the same over x if that side is smaller;
/// terms in f64. Throws Error if the smaller side has more than kMostEnumerated units; the message has the
/// cost and an alternative.
double exact_log_partition(const RbmLayer& layer);

/// Expectations under the model: E[x h'] (n, m), E[x] (n), E[h] (m).
struct RbmMoments {
  Tensor products, visible, hidden;  ///< E[x h'], E[x], E[h]
};
RbmMoments exact_moments(const RbmLayer& layer);  ///< throws Error as exact_log_partition does

/// n independent draws of x, (n, visible): the smaller side from its marginal, then the other given it.
Tensor exact_samples(const RbmLayer& layer, int64_t n, Rng& rng);

/// Rows begin ... end-1 of all patterns of `bits` bits, the lowest bit first: (end - begin, bits).
Tensor binary_patterns(int64_t begin, int64_t end, int64_t bits, DType dtype);

/// Where the samples of the model, for the negative phase of the gradient, come from.
enum class RbmChains {
  data,        ///< k Gibbs steps from the batch: CD-k (Hinton 2002)
  persistent,  ///< k steps from where the chains stood: PCD-k (Tieleman 2008)
  exact,       ///< no samples: expectations by enumerating the smaller side
};
/// Their names in options.
inline constexpr Choice<RbmChains> kRbmChains[] = {
    {"data", RbmChains::data}, {"persistent", RbmChains::persistent}, {"exact", RbmChains::exact}};

/// How a machine learns.
struct RbmLearningOptions {
  RbmChains chains = RbmChains::persistent;  ///< where negative samples come from
  int64_t chain_steps = 1;                   ///< Gibbs steps, k
  int64_t particles = 100;                   ///< persistent chains
  bool centred = true;                       ///< gradients about the means of both sides
  double momentum = 0.5;                     ///< of SGD
  double weight_decay = 0;                   ///< times W, added to the gradient

  void describe(OptionTable& options);
};

/// Trains the layer's parameters on F(data) - F(samples), by products on raw buffers, without a tape.
///   grad_W = E[x~ p~'] - E[x p'],  grad_b = E[x~] - E[x],  grad_c = E[p~] - E[p],  p = P(h = 1 | x)
/// which is the gradient of mean F(data) - mean F(samples), samples x~ held fixed. `centred` uses x - mu and
/// h - lambda, moving means of data and of p, in the products (Montavon & Mueller 2012), for the same
/// parameters (Melchior, Fischer & Wiskott 2016, algorithm 1):
///   grad_W' = <(x~ - mu)(p~ - lambda)'> - <(x - mu)(p - lambda)'>,
///   grad_b' = grad_b - grad_W' lambda,  grad_c' = grad_c - grad_W'' mu.
class RbmLearning {
 public:
  /// The layer must outlive it. `learner` has clipping and averaging; its optimiser is replaced by SGD with
  /// momentum. `name`: prefix of one of several in a model, otherwise "". Chains start at fair coin flips.
  RbmLearning(RbmLayer& layer, const RbmLearningOptions& options, LearnerOptions learner, uint64_t seed,
              const std::string& name = "");

  Learner& learner() { return learner_; }  ///< with clipping and averaging
  /// Initialises the visible biases as log p/(1 - p) and the moving mean from the data's means p (n), clamped
  /// to [0.001, 0.999]; persistent chains restart at such noise.
  void begin_at(const Tensor& means);
  /// Sets the moving means: mu (n), lambda (m).
  void centre_at(const Tensor& mu, const Tensor& lambda);
  /// The moving mean of the data, (n) in [0.001, 0.999].
  Tensor means() const;
  /// Its log p/(1 - p): the biases of a machine without hidden units.
  Tensor base_bias() const;

  /// What one step says of itself.
  struct Step {
    double f_data, f_sample;  ///< mean F
    double grad_norm;         ///< before clipping
  };
  /// One step on x (B, n) of 0 and 1. Throws NonFinite as Learner::apply does; then only draw numbers have
  /// changed.
  Step step(const Tensor& x, double learning_rate);
  /// Writes the gradient of mean F(data) - mean F(samples), or its centred form, for samples (C, n) given.
  void write_gradient(const Tensor& data, const Tensor& samples);

  /// Chains, moving means and the stream of draws, as `prefix.something`.
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

/// The partition function of a layer, which must outlive it; annealing starts at independent units with
/// biases base_bias (n). If the machine cannot be enumerated, the ends of Gibbs chains of 10,000 steps
/// replace exact samples.
Partition rbm_partition(const RbmLayer& layer, const Tensor& base_bias);

/// log Z of an evaluation, and how it was computed.
struct RbmLogPartition {
  double value;         ///< nats
  double error;         ///< standard error; NaN of an exact one, by enumeration
  std::string how;      ///< "log Z exact", or "log Z = ... by annealed importance sampling, ..."
  bool trusted = true;  ///< unless a few chains carry the estimate
};
/// Exact if the layer can be enumerated, otherwise by forward annealing. Deterministic in the seed.
RbmLogPartition rbm_log_partition(const RbmLayer& layer, const Tensor& base_bias,
                                  const AnnealingOptions& options, uint64_t seed);

/// The path from a machine without weights to the given one (Salakhutdinov & Murray 2008, section 4.1):
///   f_beta(x) = (1 - beta) a'x + beta b'x + sum_j softplus(beta (c_j + W_j'x)),
/// f_0 is that of independent units with biases a, and f_1 = -F. One product x W serves the weight and the
/// Gibbs step
///   h ~ sigmoid(beta (c + W'x)),  x ~ sigmoid((1 - beta) a + beta (b + W h)).
class RbmPath final : public AnnealingPath {
 public:
  /// base_bias a (n). The layer must outlive it and keep its weights.
  RbmPath(const RbmLayer& layer, const Tensor& base_bias);

  Tensor advance(Tensor& x, double from, double to, Rng& rng) override;

  /// log Z_0 = sum_i softplus(a_i) + m log 2.
  double begin_log_partition() const;
  /// Exact samples of f_0: (chains, n).
  Tensor begin(int64_t chains, Rng& rng) const;

 private:
  const RbmLayer& layer_;
  RbmGibbs gibbs_;
  Tensor base_bias_;  ///< a
  Tensor rise_;       ///< b - a, (n, 1)
};

}  // namespace gradzoo
