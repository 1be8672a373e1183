#pragma once

#include <string>

#include "base/options.h"
#include "models/networks/rbm_layer.h"
#include "nn/learn/learner.h"

namespace gradzoo {

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

}  // namespace gradzoo
