#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autograd/random.h"
#include "datasets/dataset.h"
#include "models/base/anomaly.h"
#include "models/base/metric.h"
#include "models/base/quantity.h"
#include "models/pictures/picture.h"
#include "nn/learn/learner.h"
#include "samplers/partition.h"
#include "samplers/target.h"
#include "state/state.h"

namespace gradzoo {

/// What a training step is given. Everything random in it is a function of the seed and the step.
struct StepContext {
  int64_t step;          // from 0
  int64_t steps;         // of the whole run, for warm-ups
  double learning_rate;  // by the schedule
  const Batch& batch;
};

/// What a model may look at to draw pictures and to evaluate itself.
struct DataView {
  const Examples& examples;  // the split at hand
  const Examples& train;     // for nearest training neighbours
  uint64_t seed;
  const Toy* toy = nullptr;  // the truth, where it is known
};

/// What samples are asked for.
struct SampleRequest {
  int64_t n;
  Rng& rng;
  Tensor labels = {};                     // (n) i64, of a model that is conditional on them; undefined: any
  std::vector<std::string> options = {};  // key=value, for this request alone: see describe_sampling
};

/// Which images are to be completed.
struct InpaintRequest {
  Tensor images;  // (n, pixels) in [0,1]
  Tensor known;   // (pixels): 1 where the images are to be believed, else 0
  Rng& rng;
};

/// Which examples are to be freed of Gaussian noise.
struct DenoiseRequest {
  Tensor examples;  // (n, numbers)
  double sigma;     // standard deviation of their noise
  Rng& rng;
  Domain domain = {};  // where numbers without noise lie, {0, 1} for pixels: so does the guess
};

/// Between the codes of which examples to walk.
struct InterpolateRequest {
  Batch ends;  // 0 and 1, 2 and 3, ...; the two of a pair of one label, of a model that is conditional
  Rng& rng;
};

/// Which examples are to be judged.
struct AnomalyRequest {
  Tensor examples;  // (n, numbers), as training sees them
  Rng& rng;
};

/// Is told how far a long evaluation is: the share that is done, in [0, 1].
using ShareDone = std::function<void(double)>;

/// A horizontal line in a metric's curve: what it could reach at best, or would say of chance.
struct CurveLevel {
  Metric metric;
  std::string name;  // "entropy floor"
  double value;
  std::string unit, meaning;
  bool is_figure = true;  // a number of this run, told among its figures too; else a constant of theory
};

/// A model: its parameters, its objective and what it can show. All that outlives a step is in its State.
/// What it shows of itself, it shows with nothing recorded and by the averages of its learners, where they
/// keep some.
class Model {
 public:
  virtual ~Model() = default;

  /// Before the first step of a new run: what the model wants to know of the training examples beforehand,
  /// which is then in its State.
  virtual void prepare(const Examples&) {}
  /// Names everything that must survive a restart: the learners, then what add_to() names.
  void register_state(State& state);
  /// What train_step writes, in order; the first is what is minimised.
  std::span<const MetricInfo> metrics() const { return metrics_; }
  /// One optimiser step (or one of each optimiser). Throws NonFinite where loss or gradient is not finite,
  /// changing nothing but draw numbers: the trainer winds those back.
  virtual void train_step(const StepContext& context, MetricRow row) = 0;

  /// The numbers to watch after each epoch, on held-out examples; quick.
  Quantities validate(const DataView& data);
  /// The full evaluation that `eval` prints: what takes seconds, then what may take minutes, each alone where
  /// the first is to be shown before the second is known.
  Quantities evaluate(const DataView& data);
  Quantities evaluate_quickly(const DataView& data);
  Quantities evaluate_at_length(const DataView& data, const ShareDone& done = {});
  /// Images (n, H, W) in [0,1], or points (n, d). Throws Error where the model draws none, has no use for
  /// labels, or does not know an option.
  Tensor sample(const SampleRequest& request);
  /// The images with what is not known of them drawn given what is: (n, pixels) in [0,1], the known pixels as
  /// they were. Throws Error of a model that has neither score nor energy.
  Tensor inpaint(const InpaintRequest& request);
  /// A row of ten images on the way from one code to another for each pair: (10 pairs, pixels) in [0,1]. A
  /// model that has codes but finds none of an image draws its own. Throws Error of a model that has none.
  Tensor interpolate(const InterpolateRequest& request);
  /// A guess of the examples without their noise: (n, numbers). Throws Error where sigma is not above 0, and
  /// of a model that knows no score of examples without a label.
  Tensor denoise(const DenoiseRequest& request);
  /// Throws Error of a model that has neither energy, nor score, nor bound.
  AnomalyScores anomaly_scores(const AnomalyRequest& request);
  /// The film strip's frame after an epoch.
  Picture snapshot(const DataView& data, Rng& rng);
  /// Every picture beside the snapshots.
  std::vector<Picture> pictures(const DataView& data);
  /// What Markov chains may walk on. As long as a copy lives it shows the averages, where some are kept, and
  /// a training step throws Error; the model must outlive it.
  Target target();
  /// What is known of its normalising constant, to be estimated; shows averages and keeps them as target()
  /// does. Empty where the model has none that annealing reaches.
  std::optional<Partition> partition();
  /// What this run's numbers say, a paragraph of the report; "" where there is nothing beyond their
  /// explanations.
  std::string reading(const DataView& data);
  /// What is known to go wrong by these options, a sentence with a hint, told before training; "" where
  /// nothing is.
  virtual std::string warning() const { return ""; }
  /// What to try where samples lose kinds that they had, told beside the progress; "" of models that are not
  /// prone to it.
  virtual std::string collapse_hint() const { return ""; }
  /// Lines that belong into the curves of metrics.
  virtual std::vector<CurveLevel> levels(const DataView&) { return {}; }
  /// The options of a request for samples, which are members of the model: their defaults are those of the
  /// run.
  virtual void describe_sampling(OptionTable&) {}
  /// Some of them, as key=value, for samples that are only watched while training: quickly drawn ones.
  virtual std::vector<std::string> quick_sampling() const { return {}; }
  /// The options of an evaluation, as these.
  virtual void describe_evaluation(OptionTable&) {}
  /// Numbers that are trained, of all learners.
  int64_t parameter_count() const;
  /// Samples may be asked for by labels below this.
  virtual int64_t label_count() const { return 0; }

 protected:
  /// In the constructor: a learner whose State and average are this model's; another number that steps
  /// report.
  void add_learner(Learner& learner) { learners_.push_back(&learner); }
  Metric add_metric(MetricInfo info);

  virtual void add_to(State& state) = 0;
  virtual Quantities do_validate(const DataView& data) = 0;
  virtual Quantities do_evaluate(const DataView& data) = 0;
  /// What may take minutes; `done` is defined.
  virtual Quantities do_evaluate_at_length(const DataView&, const ShareDone&) { return {}; }
  /// `request.labels` are defined, those of the classes in turn where none were asked for, iff label_count()
  /// is above 0.
  virtual Tensor do_sample(const SampleRequest& request) = 0;
  /// Unless overridden 100 samples of an image model, ten of each class where it is conditional, 1,000 points
  /// of another, over the truth's contours where there are some.
  virtual Picture do_snapshot(const DataView& data, Rng& rng);
  virtual std::vector<Picture> do_pictures(const DataView& data) = 0;
  /// A log-density, a score, or neither, which is what it is unless overridden.
  virtual Target do_target() { return {}; }
  virtual std::optional<Partition> do_partition() { return {}; }
  /// What the model makes of the images; the known pixels are put back by inpaint().
  virtual Tensor do_inpaint(const InpaintRequest& request);
  /// Unless overridden there are no codes. The ends have labels iff label_count() is above 0.
  virtual Tensor do_interpolate(const InterpolateRequest& request);
  /// A guess by what target() offers, unless overridden.
  virtual Tensor do_denoise(const DenoiseRequest& request);
  /// -log p up to its constant, else what a score has wrong about the examples, unless overridden.
  virtual AnomalyScores do_anomaly_scores(const AnomalyRequest& request);
  virtual std::string do_reading(const DataView&) { return ""; }

 private:
  class Shown;
  // As long as a copy lives, the learners' parameters hold their averages.
  std::vector<std::shared_ptr<const void>> averages() const;
  // What examples that come without labels can be measured by.
  Target unlabelled_target(const char* what);

  std::vector<Learner*> learners_;
  std::vector<MetricInfo> metrics_;
};

}  // namespace gradzoo
