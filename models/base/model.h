#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/models/base/abilities.h"
#include "gradzoo/models/base/description.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// The inputs of a training step. All its random draws are functions of the seed and the step.
struct StepContext {
  int64_t step;          ///< number of the step, from 0
  int64_t steps;         ///< steps of the whole run, for warm-ups
  double learning_rate;  ///< learning rate of the step, from the schedule
  const Batch& batch;    ///< examples of the step
};

/// A request for samples.
struct SampleRequest {
  int64_t n;           ///< number of samples
  Rng& rng;            ///< random stream of the draws
  Tensor labels = {};  ///< (n) i64, for a model conditional on labels; undefined: any labels
  std::vector<std::string> options = {};  ///< key=value, only for this request: see sampling_options
  ShareDone done = {};                    ///< progress callback
  /// Callback with the states (n, d) between noise and samples. Only models that follow a path from noise to
  /// data call it.
  std::function<void(const Tensor& x)> seen = {};
};

/// Base class of all models: parameters, objective, evaluation and pictures. Your model must override
/// train_step and do_sample. It may override add_to (further state between steps), do_validate and
/// do_evaluate (quantities), prepare and do_abilities, and call describe() in its constructor for the rest.
/// Samples, quantities and pictures are computed with recording off and with averaged weights, if there are
/// any.
///
/// A model of points may see the points in its own units (see_in). Its virtual functions, the functions of
/// its Description, prepare and finish take and return the model's units. The public functions from validate
/// to levels take and return the data's units. Session and Trainer convert the examples of training.
class Model {
 public:
  virtual ~Model() = default;

  /// Sets the model's units, and the true distribution in these units. Call it once, before all else.
  void see_in(const PointUnits& units, std::shared_ptr<const Toy> truth);
  const PointUnits& units() const { return units_; }  ///< the model's units; not set: the data's units

  /// Computes what the model's State needs from the training examples, before the first step of a new run.
  virtual void prepare(const Examples&) {}
  /// Fits what depends on the trained weights, after the last step of a run. The State has the result.
  /// `examples` are training examples, at most as many as the steps have used.
  void finish(const Examples& examples);
  /// Discards what finish() has fitted, before further steps change the weights.
  void reopen();
  /// Registers everything that must survive a restart: the learners, then the entries of add_to().
  void register_state(State& state);
  /// The metrics that train_step writes, in order; the first is the loss.
  std::span<const MetricInfo> metrics() const { return metrics_; }
  /// Makes one step of each optimiser. Throws NonFinite if a loss or a gradient is not finite; the trainer
  /// then restores the learners, the random streams and the model's counts. A step therefore changes the
  /// tensors of add_to() only at its end. A step may run as a shard (nn/parallel/shards.h), on its rows of
  /// the batch. Its stored values must come from mean_over_shards() or belong to rows (State::add_rows).
  virtual void train_step(const StepContext& context, MetricRow row) = 0;

  /// Returns the quantities shown after each epoch, on held-out examples. Quick.
  Quantities validate(const DataView& data);
  /// Returns the full evaluation that `eval` prints: the quick part, then the long part. Call the two parts
  /// separately to show the first before the second is done.
  Quantities evaluate(const DataView& data);
  Quantities evaluate_quickly(const DataView& data);                                ///< takes seconds
  Quantities evaluate_at_length(const DataView& data, const ShareDone& done = {});  ///< may take minutes
  /// Draws images (n, H, W) or (n, H, W, 3) in [0,1], or points (n, d). Throws Error if the model has no
  /// samples, if it takes no labels but labels are given, or if an option is unknown.
  Tensor sample(const SampleRequest& request) const;
  /// Returns the model's abilities, which use the averaged weights. While a target, a partition or a copy of
  /// their parts lives, the parameters hold the averages, and a training step throws Error. The model must
  /// outlive it.
  Abilities abilities();
  /// Draws the film strip's frame after an epoch.
  Picture snapshot(const DataView& data, Rng& rng);
  /// Draws all pictures except the snapshots.
  std::vector<Picture> pictures(const DataView& data);
  /// Returns a paragraph for the report that interprets this run's quantities; "" if there is none.
  std::string interpretation(const DataView& data);
  ///@{
  /// Values and functions of the Description, with its defaults.
  const std::string& warning() const { return description_.warning; }
  const std::string& collapse_hint() const { return description_.collapse_hint; }
  const LabelNames& labels() const { return description_.labels; }
  const std::vector<std::string>& quick_sampling() const { return description_.quick_sampling; }
  std::unique_ptr<SamplingOptions> sampling_options() const;
  void describe_evaluation(OptionTable& table);
  std::vector<CurveLevel> levels(const DataView& data);
  ///@}
  /// Returns the learners, one per optimiser.
  std::span<Learner* const> learners() const { return learners_; }
  State own_state();  ///< entries of add_to()
  /// The weights that samples and evaluations use.
  struct Weights {
    State state;  ///< weights of the learners, then the model's own entries, except those that belong to rows
    size_t of_learners = 0;                             ///< number of the learners' entries, at the front
    std::vector<std::shared_ptr<const void>> averages;  ///< handles that keep the averages in the weights
  };
  Weights weights();  ///< weights with the names of their entries
  /// Marks the model as loaded from weights only, without the rest of the training state.
  void close_training() { closed_ = true; }
  /// Saves the learners' state; take_back() restores it. A model with one learner copies nothing.
  void mark();
  void take_back();  ///< restores the state of the last mark()
  /// Returns the number of trained elements of all learners.
  int64_t parameter_count() const;

 protected:
  /// Adds a learner, whose State and average become the model's. Call it in the constructor.
  void add_learner(Learner& learner) { learners_.push_back(&learner); }
  /// Adds a learner whose step is the last that can fail in a training step, so that it needs no copies.
  void add_last_learner(Learner& learner);
  /// Adds a metric that each step reports; the handle is for MetricRow.
  Metric add_metric(MetricInfo info);
  /// Sets the Description. Call it in the constructor.
  void describe(Description description) { description_ = std::move(description); }
  Description& description() { return description_; }  ///< Description, which a derived class may complete

  /// Registers state that outlives a step, except the learners: random streams, counts.
  virtual void add_to(State&) {}
  /// True after close_training(): chains, for example, are still at their initial state.
  bool is_closed() const { return closed_; }
  /// Implements validate(); the parameters hold their averages.
  virtual Quantities do_validate(const DataView&) { return {}; }
  /// Implements evaluate_quickly(); the parameters hold their averages.
  virtual Quantities do_evaluate(const DataView&) { return {}; }
  /// Implements sample(). `request.labels` are the requested labels, or labels() in turn; undefined if there
  /// are none. `sampling` has the request's options (sampling_options()).
  virtual Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const = 0;
  /// Draws n samples with the run's options, for pictures.
  Tensor drawn(int64_t n, Rng& rng, const Tensor& labels = {}) const {
    return do_sample({n, rng, labels}, *sampling_options());
  }
  /// Returns only samples, unless overridden; with_consequences() adds what follows from a target.
  virtual Abilities do_abilities() { return {}; }

 private:
  class Shown;
  /// Returns handles; while a copy lives, the learners' parameters hold their averages.
  std::vector<std::shared_ptr<const void>> averages() const;

  /// Calls fn with the data in the model's units.
  template <class Fn>
  auto seeing(const DataView& data, Fn fn) const;
  Picture default_snapshot(const DataView& data, Rng& rng) const;
  std::vector<Picture> pictures_of(const DataView& data);

  PointUnits units_;
  std::shared_ptr<const Toy> truth_;  // in these units
  std::vector<Learner*> learners_, last_learners_;
  std::vector<MetricInfo> metrics_;
  Description description_;
  bool closed_ = false;
};

}  // namespace gradzoo
