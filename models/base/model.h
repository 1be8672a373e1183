#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/base/abilities.h"
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

/// What a model may look at to draw pictures and to evaluate itself.
struct DataView {
  const Examples& examples;  ///< the split at hand
  const Examples& train;     ///< for nearest training neighbours
  uint64_t seed;             ///< of what is drawn
  const Toy* toy = nullptr;  ///< the truth, where it is known

  const DataKind& kind() const { return kind_of(examples.example(), toy); }  ///< of the examples
};

/// What samples are asked for.
struct SampleRequest {
  int64_t n;                              ///< how many
  Rng& rng;                               ///< of what is drawn
  Tensor labels = {};                     ///< (n) i64, of a model that is conditional on them; undefined: any
  std::vector<std::string> options = {};  ///< key=value, for this request alone: see sampling_options
  ShareDone done = {};                    ///< called as it goes on
};

/// How samples are drawn, as a value: a copy of the run's settings, in which a request changes what it wants.
class SamplingOptions {
 public:
  virtual ~SamplingOptions() = default;
  virtual void describe(OptionTable&) {}  ///< names the options; none
};

/// Those that are in a struct O, with `describe_sampling(OptionTable&)`.
template <class O>
class SamplingOptionsOf final : public SamplingOptions {
 public:
  explicit SamplingOptionsOf(O copy) : options(std::move(copy)) {}  ///< a copy of the run's
  void describe(OptionTable& table) override { options.describe_sampling(table); }
  O options;  ///< to be changed
};
/// Those of the run, as a value.
template <class O>
std::unique_ptr<SamplingOptions> sampling_options_of(const O& options) {
  return std::make_unique<SamplingOptionsOf<O>>(options);
}
/// The struct in them; they are what the same model's sampling_options() made.
template <class O>
const O& options_in(const SamplingOptions& sampling) {
  return static_cast<const SamplingOptionsOf<O>&>(sampling).options;
}

/// A horizontal line in a metric's curve: what it could reach at best, or would say of chance.
struct CurveLevel {
  Metric metric;              ///< in whose curve
  std::string name;           ///< "entropy floor"
  double value;               ///< in its unit
  std::string unit, meaning;  ///< meaning: one line
  /// a number of this run, listed among its figures too; else a constant of theory
  bool is_figure = true;
};

/// A model: its parameters, its objective and what it can show. All that outlives a step is in its State.
/// What it shows of itself, it shows with nothing recorded and by the averages of its learners, where they
/// keep some.
///
/// A model of points may see them in units of its own (see_in): all virtual functions, prepare, finish and
/// train_step take and give the model's units. The functions that call the others (validate to
/// interpretation) take and give the data's, and Session and Trainer convert what training sees.
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
  virtual void finish(const Examples&) {}
  /// Before further steps of a run that may be finished: what finish() has fitted is of other weights.
  virtual void reopen() {}
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
  /// What is known to go wrong by these options, a sentence with a hint, shown before training; "" where
  /// nothing is.
  virtual std::string warning() const { return ""; }
  /// What to try where samples lose kinds that they had, shown beside the progress; "" of models that are not
  /// prone to it.
  virtual std::string collapse_hint() const { return ""; }
  /// Lines that belong into the curves of metrics.
  virtual std::vector<CurveLevel> levels(const DataView&) { return {}; }
  /// The options of a request for samples, as the run has them.
  virtual std::unique_ptr<SamplingOptions> sampling_options() const {
    return std::make_unique<SamplingOptions>();
  }
  /// Some of them, as key=value, for samples that are only watched while training: quickly drawn ones.
  virtual std::vector<std::string> quick_sampling() const { return {}; }
  /// The options of an evaluation, as these.
  virtual void describe_evaluation(OptionTable&) {}
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
  /// What samples may be asked for by; empty: the model is not conditional on a label.
  virtual LabelNames labels() const { return {}; }

 protected:
  /// In the constructor: a learner whose State and average are this model's; another number that steps
  /// report.
  void add_learner(Learner& learner) { learners_.push_back(&learner); }
  /// The same of one after whose step nothing else of a training step can fail, so that it needs no copies.
  void add_last_learner(Learner& learner);
  /// A number that each step reports; the handle is for MetricRow.
  Metric add_metric(MetricInfo info);

  virtual void add_to(State&) {}  ///< names what outlives a step, except the learners: random streams, counts
  /// Whether that has been said: chains, say, are as they began.
  bool is_closed() const { return closed_; }
  /// Of validate(); the parameters hold their averages.
  virtual Quantities do_validate(const DataView&) { return {}; }
  /// Of evaluate_quickly(); the parameters hold their averages.
  virtual Quantities do_evaluate(const DataView&) { return {}; }
  /// What may take minutes; `done` is defined.
  virtual Quantities do_evaluate_at_length(const DataView&, const ShareDone&) { return {}; }
  /// `request.labels` are defined, those of labels() in turn where none were asked for, iff there are any;
  /// its options are in `sampling`, which sampling_options() made.
  virtual Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const = 0;
  /// n samples as the run is set, for pictures.
  Tensor drawn(int64_t n, Rng& rng, const Tensor& labels = {}) const {
    return do_sample({n, rng, labels}, *sampling_options());
  }
  /// Unless overridden 100 samples of an image model, ten of each class where it is conditional, 1,000 points
  /// of another, over the truth's contours where there are some.
  virtual Picture do_snapshot(const DataView& data, Rng& rng);
  ///@{
  /// Of pictures(). Unless overridden one of the next two; of points, those of the plane where its density is
  /// known.
  virtual std::vector<Picture> do_pictures(const DataView& data);
  virtual std::vector<Picture> do_image_pictures(const DataView&) { return {}; }
  virtual std::vector<Picture> do_point_pictures(const DataView& data);
  virtual std::vector<Picture> do_plane_pictures(const DataView&, const Toy&) { return {}; }
  ///@}
  /// Samples alone, unless overridden; what follows from a target is added.
  virtual Abilities do_abilities() { return {}; }
  virtual std::string do_interpretation(const DataView&) { return ""; }  ///< of interpretation()

 private:
  class Shown;
  /// As long as a copy lives, the learners' parameters hold their averages.
  std::vector<std::shared_ptr<const void>> averages() const;

  /// fn of data in the model's units.
  template <class Fn>
  auto seeing(const DataView& data, Fn fn) const;

  PointUnits units_;
  std::shared_ptr<const Toy> truth_;  // in these units
  std::vector<Learner*> learners_, last_learners_;
  std::vector<MetricInfo> metrics_;
  bool closed_ = false;
};

}  // namespace gradzoo
