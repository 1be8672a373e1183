#pragma once

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

/// What a training step is given. Everything random in it is a function of the seed and the step.
struct StepContext {
  int64_t step;          ///< from 0
  int64_t steps;         ///< of the whole run, for warm-ups
  double learning_rate;  ///< by the schedule
  const Batch& batch;    ///< its examples
};

/// What samples are asked for.
struct SampleRequest {
  int64_t n;                              ///< how many
  Rng& rng;                               ///< of what is drawn
  Tensor labels = {};                     ///< (n) i64, of a model that is conditional on them; undefined: any
  std::vector<std::string> options = {};  ///< key=value, for this request alone: see sampling_options
  ShareDone done = {};                    ///< called as it goes on
};

/// Base class of all models: parameters, objective, and what the model can show. Your model must override
/// train_step and do_sample. It may override add_to (what else outlives a step), do_validate and do_evaluate
/// (quantities to watch), prepare and do_abilities, and call describe() in its constructor for the rest.
/// Everything that a model shows is computed with recording off and with the averaged weights, if its
/// learners keep averages.
///
/// A model of points may see the points in its own units (see_in). Its virtual functions, the functions of
/// its Description, prepare and finish take and return the model's units. The public functions from validate
/// to levels take and return the data's units. Session and Trainer convert the examples of training.
class Model {
 public:
  virtual ~Model() = default;

  /// Once, before all else: the units in which it was made to see points, and the truth in them.
  void see_in(const PointUnits& units, std::shared_ptr<const Toy> truth);
  const PointUnits& units() const { return units_; }  ///< not set: the data's

  /// Before the first step of a new run: what the model wants to know of the training examples beforehand,
  /// which is then in its State.
  virtual void prepare(const Examples&) {}
  /// After the last step of a run: what is fitted to what was trained, in the model's State too. `examples`:
  /// training ones, no more than its steps have seen.
  void finish(const Examples& examples);
  /// Before further steps of a run that may be finished: what finish() has fitted is of other weights.
  void reopen();
  /// Names everything that must survive a restart: the learners, then what add_to() names.
  void register_state(State& state);
  /// What train_step writes, in order; the first is what is minimised.
  std::span<const MetricInfo> metrics() const { return metrics_; }
  /// One optimiser step (or one of each optimiser). Throws NonFinite where loss or gradient is not finite.
  /// The trainer then takes back what learners have stepped, draws and numbers; tensors of add_to() a step
  /// changes at its end alone. It may run as a shard (nn/parallel/shards.h), on its rows of the batch: what
  /// it then keeps of the batch it makes from mean_over_shards(), or it belongs to rows (State::add_rows).
  virtual void train_step(const StepContext& context, MetricRow row) = 0;

  /// The numbers to watch after each epoch, on held-out examples; quick.
  Quantities validate(const DataView& data);
  /// The full evaluation that `eval` prints: what takes seconds, then what may take minutes, each alone where
  /// the first is to be shown before the second is known.
  Quantities evaluate(const DataView& data);
  Quantities evaluate_quickly(const DataView& data);                                ///< what takes seconds
  Quantities evaluate_at_length(const DataView& data, const ShareDone& done = {});  ///< what may take minutes
  /// Images (n, H, W), or (n, H, W, 3), in [0,1], or points (n, d). Throws Error where the model draws none,
  /// has no use for labels, or does not know an option.
  Tensor sample(const SampleRequest& request) const;
  /// What it can do. Each shows the averages; a target and a partition, and copies of their parts, show them
  /// as long as they live, and a training step meanwhile throws Error. The model must outlive all of it.
  Abilities abilities();
  /// The film strip's frame after an epoch.
  Picture snapshot(const DataView& data, Rng& rng);
  /// Every picture beside the snapshots.
  std::vector<Picture> pictures(const DataView& data);
  /// What this run's numbers say, a paragraph of the report; "" where there is nothing beyond their
  /// explanations.
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
  /// Of every optimiser, and the State beside theirs.
  std::span<Learner* const> learners() const { return learners_; }
  State own_state();  ///< what add_to() names
  /// What samples and evaluations read.
  struct Weights {
    State state;  ///< weights of the learners, then what is the model's own but for what belongs to rows
    size_t of_learners = 0;                             ///< entries at the front
    std::vector<std::shared_ptr<const void>> averages;  ///< as long as it lives, weights are their averages
  };
  Weights weights();  ///< their entries, named
  /// After the weights alone have been read back: what training left beside them is not there.
  void close_training() { closed_ = true; }
  /// What learners step from here on, take_back() takes back. A model of one learner copies nothing.
  void mark();
  void take_back();  ///< back to the last mark()
  /// Numbers that are trained, of all learners.
  int64_t parameter_count() const;

 protected:
  /// In the constructor: a learner whose State and average are this model's; another number that steps
  /// report.
  void add_learner(Learner& learner) { learners_.push_back(&learner); }
  /// The same of one after whose step nothing else of a training step can fail, so that it needs no copies.
  void add_last_learner(Learner& learner);
  /// A number that each step reports; the handle is for MetricRow.
  Metric add_metric(MetricInfo info);
  /// Sets the Description. To be called in the constructor.
  void describe(Description description) { description_ = std::move(description); }
  Description& description() { return description_; }  ///< Description, which a derived class may complete

  virtual void add_to(State&) {}  ///< names what outlives a step, except the learners: random streams, counts
  /// Whether that has been said: chains, say, are as they began.
  bool is_closed() const { return closed_; }
  /// Of validate(); the parameters hold their averages.
  virtual Quantities do_validate(const DataView&) { return {}; }
  /// Of evaluate_quickly(); the parameters hold their averages.
  virtual Quantities do_evaluate(const DataView&) { return {}; }
  /// `request.labels` are defined, those of labels() in turn where none were asked for, iff there are any;
  /// its options are in `sampling`, which sampling_options() made.
  virtual Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const = 0;
  /// n samples as the run is set, for pictures.
  Tensor drawn(int64_t n, Rng& rng, const Tensor& labels = {}) const {
    return do_sample({n, rng, labels}, *sampling_options());
  }
  /// Samples alone, unless overridden; what follows from a target is added.
  virtual Abilities do_abilities() { return {}; }

 private:
  class Shown;
  /// As long as a copy lives, the learners' parameters hold their averages.
  std::vector<std::shared_ptr<const void>> averages() const;

  /// fn of data in the model's units.
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
