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
  explicit Ema(Parameters& parameters, double decay = 0.999);  ///< nothing is stored before the first update
  Ema(const Ema&) = delete;
  Ema& operator=(const Ema&) = delete;

  /// After each optimiser step: the first update stores the weights, the one after t earlier ones does
  /// average += (1 - d_t) (weights - average), d_t = min(decay, (1 + t) / (10 + t)): so an early average
  /// forgets fast (the ramp of TensorFlow's ExponentialMovingAverage). It comes to rest where a step is below
  /// half an ulp of the average: with decay .999 in f32 within 3e-5 of the weight, relative, as in PyTorch.
  void update();
  int64_t updates() const { return updates_; }  ///< how many there were
  /// Enters the average as `prefix.decoder.weight` and the number of updates.
  void add_to(State& state, const std::string& prefix);

  /// While it lives the parameters hold the average, and the average must not be changed. No tape may begin
  /// before it and end inside or after it.
  class Scope {
   public:
    explicit Scope(Ema& ema) : ema_(ema) { ema_.swap(); }  ///< swaps weights and average, and back at the end
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
  Tensor average_;  ///< of parameters_.flat()'s layout
  int64_t updates_ = 0;
  bool swapped_in_ = false;
};

/// Makes an optimiser of parameters: `adam({.beta1 = 0.5})`, `sgd({.momentum = 0.9})`, or your own.
using OptimizerMaker = std::function<std::unique_ptr<Optimizer>(Parameters&)>;
OptimizerMaker adam(const AdamOptions& options = {});  ///< Adam, or AdamW where `decoupled`
OptimizerMaker sgd(const SgdOptions& options = {});    ///< Sgd

/// Makes of a learner's gradients, (N) with padding between parameters, what it is to descend: the mean over
/// all processes of a training, say. Called once a step, when the gradient is whole and before anything
/// reads it; changes the values in place. A loss that is not finite comes as a gradient that is not, so
/// that all who reduce it see that it failed.
using Reducer = std::function<void(Tensor& gradient)>;

/// How a learner steps.
struct LearnerOptions {
  OptimizerMaker optimizer = adam();  ///< made of the module's parameters
  double clip = 0.0;                  ///< largest gradient norm; 0: not clipped
  double ema = 0.0;                   ///< decay of the weight average; 0: none
  Reducer reducer = {};               ///< none: a step descends its own loss
};

/// Trains parameters: flat gradients, an optimiser, clipping, averaging. A model has one Learner for each
/// optimiser. The module must outlive it.
class Learner {
 public:
  /// Of all parameters of the module.
  explicit Learner(const Module& module, const LearnerOptions& options = {});
  /// One of several learners of a model: `name.` prefixes the names of all its entries in a State.
  Learner(const std::string& name, const Module& module, const LearnerOptions& options = {});

  /// One step down the gradient of a scalar loss, recorded on a live tape. Returns the gradient's norm before
  /// clipping. Throws NonFinite, before anything is changed, where the loss or the norm is not finite; on a
  /// tracing tape its message names the op. In a shard (nn/parallel/shards.h) the loss is its rows' mean, and
  /// all shards together make one step, down the mean of their gradients.
  double step(const Tensor& loss, double learning_rate);
  /// The same for gradients that no tape made: written into parameters().grad_to_write().
  double apply(double learning_rate);

  /// What steps change from here on, take_back() takes back: the first of them keeps a copy.
  void mark();
  void take_back();  ///< undoes what steps changed since mark()

  void add_to(State& state);  ///< all that outlives a step: weights, moments, averages, buffers
  /// Of all that, the parameters and buffers: what the module computes with.
  void add_weights_to(State& state);
  Parameters& parameters() { return parameters_; }  ///< flat, with their gradients

  /// While what it returns, or a copy of that, lives, the parameters hold their average (where one is kept):
  /// for sampling and evaluation. Step throws meanwhile. The learner must outlive it.
  std::shared_ptr<const void> averaged();

 private:
  void complete(const LearnerOptions& options);
  double reduce_and_apply(double loss, double learning_rate);
  void apply_whole(double loss, double learning_rate);

  std::string prefix_;    ///< "" or "name."
  const Module& module_;  ///< whose buffers follow
  Parameters parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  double clip_;
  Reducer reducer_;
  double norm_ = 0;  ///< of the last step's gradient
  std::optional<Ema> ema_;
  std::weak_ptr<Ema::Scope> shown_;      ///< one for all who show the average at the same time
  bool marked_ = false, moved_ = false;  ///< since the mark
  std::optional<StateCopy> before_;      ///< the first step since the mark
};

}  // namespace gradzoo
