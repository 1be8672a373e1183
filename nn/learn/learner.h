#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gradzoo/nn/learn/optim.h"
#include "gradzoo/nn/learn/parameters.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// An exponential moving average of parameters, for sampling and evaluation. The parameters must outlive it.
class Ema {
 public:
  explicit Ema(Parameters& parameters, double decay = 0.999);  ///< the first update stores the weights
  Ema(const Ema&) = delete;
  Ema& operator=(const Ema&) = delete;

  /// Updates the average after an optimiser step. The first update stores the weights; after t updates the
  /// next is average += (1 - d_t) (weights - average), d_t = min(decay, (1 + t) / (10 + t)), so early weights
  /// are forgotten fast (the ramp of TensorFlow's ExponentialMovingAverage). The average stops when a change
  /// is below half an ulp: with decay 0.999 in f32 this is within a relative difference of 3e-5 from the
  /// weight, as in PyTorch.
  void update();
  int64_t updates() const { return updates_; }  ///< number of updates
  /// Adds the average, under names such as `prefix.decoder.weight`, and the number of updates to a State.
  void add_to(State& state, const std::string& prefix);

  /// A scope in which the parameters have the values of the average; do not update the average in it. No tape
  /// may begin before the scope and end inside or after it.
  class Scope {
   public:
    explicit Scope(Ema& ema) : ema_(ema) { ema_.swap(); }  ///< swaps weights and average
    ~Scope() { ema_.swap(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Ema& ema_;
  };

 private:
  void swap();

  Parameters& parameters_;
  double decay_;
  Tensor average_;  ///< average in the layout of parameters_.flat()
  int64_t updates_ = 0;
  bool swapped_in_ = false;
};

/// A function that makes an optimiser: `adam({.beta1 = 0.5})`, `sgd({.momentum = 0.9})`, or your own.
using OptimizerMaker = std::function<std::unique_ptr<Optimizer>(Parameters&)>;
OptimizerMaker adam(const AdamOptions& options = {});  ///< maker of Adam, or AdamW if `decoupled`
OptimizerMaker sgd(const SgdOptions& options = {});    ///< maker of Sgd

/// A function that replaces a learner's gradient (N), padded between parameters, in place, for example with
/// the mean over all processes of a training. A step calls it once, when the gradient is complete and before
/// it is read. If a loss is not finite, its gradient is not finite either, so all processes notice it.
using Reducer = std::function<void(Tensor& gradient)>;

/// Settings of a learner.
struct LearnerOptions {
  OptimizerMaker optimizer = adam();  ///< maker of the optimiser
  double clip = 0.0;                  ///< largest gradient norm; 0: not clipped
  double ema = 0.0;                   ///< decay of the weight average; 0: no average
  Reducer reducer = {};               ///< reducer of the gradient, or empty
};

/// A learner of a module's parameters: flat gradients, an optimiser, clipping, averaging. A model has one
/// Learner per optimiser. The module must outlive it.
class Learner {
 public:
  /// Trains all parameters of the module.
  explicit Learner(const Module& module, const LearnerOptions& options = {});
  /// Makes one of several learners of a model: `name.` prefixes the names of its entries in a State.
  Learner(const std::string& name, const Module& module, const LearnerOptions& options = {});

  /// Makes one gradient step for a scalar loss on a live tape. Returns the gradient's norm before clipping.
  /// Throws NonFinite, before anything changes, if the loss or the norm is not finite; on a tracing tape the
  /// message names the op. In a shard (nn/parallel/shards.h) the loss is the mean over the shard's rows, and
  /// all shards together make one step with the mean of their gradients.
  double step(const Tensor& loss, double learning_rate);
  /// Makes a step with gradients that you have written into parameters().grad_to_write().
  double apply(double learning_rate);
  /// Saves the learner's state (when the next step begins); take_back() restores it.
  void mark();
  void take_back();  ///< undoes all steps since mark()

  void add_to(State& state);          ///< adds the persistent state: weights, moments, averages, buffers
  void add_weights_to(State& state);  ///< adds only the module's parameters and buffers
  Parameters& parameters() { return parameters_; }  ///< flat parameters with their gradients
  /// Gives the parameters the values of their average, if there is one, for sampling and evaluation, until
  /// the returned object and its copies are destroyed. step() throws until then. The learner must outlive it.
  std::shared_ptr<const void> averaged();

 private:
  void complete(const LearnerOptions& options);
  double reduce_and_apply(double loss, double learning_rate);
  void apply_whole(double loss, double learning_rate);

  std::string prefix_;    ///< "" or "name."
  const Module& module_;  ///< module whose buffers are updated
  Parameters parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  double clip_;
  Reducer reducer_;
  double norm_ = 0;  ///< norm of the last step's gradient
  std::optional<Ema> ema_;
  std::weak_ptr<Ema::Scope> shown_;      ///< scope shared by all live results of averaged()
  bool marked_ = false, moved_ = false;  ///< true after mark(); true after a step since mark()
  std::optional<StateCopy> before_;      ///< state before the first step since mark()
};

}  // namespace gradzoo
