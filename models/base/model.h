#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/random.h"
#include "datasets/dataset.h"
#include "models/base/quantity.h"
#include "models/pictures/picture.h"
#include "nn/state/state.h"
#include "samplers/target.h"

namespace gradzoo {

/// A number that every training step reports; its unit ends its name.
struct MetricInfo {
  std::string name;         // "elbo_nats_per_image"
  std::string explanation;  // what the number means, for the report
  bool live = false;        // shown on the progress line; the first metric always is
};

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

/// A model: its parameters, its objective and what it can show. All that outlives a step is in its State.
class Model {
 public:
  virtual ~Model() = default;

  /// Names everything that must survive a restart: parameters, optimiser moments, random streams, baselines,
  /// chains.
  virtual void register_state(State& state) = 0;
  /// What train_step writes, in order; the first is what is minimised.
  virtual std::span<const MetricInfo> metrics() const = 0;
  /// One optimiser step (or one of each optimiser). Throws NonFinite where loss or gradient is not finite,
  /// changing nothing but draw numbers: the trainer winds those back.
  virtual void train_step(const StepContext& context, std::span<double> metrics) = 0;
  /// The numbers to watch after each epoch, on held-out examples; quick. One whose name and unit are those of
  /// a metric is drawn into its curve.
  virtual std::vector<Quantity> validate(const DataView& data) = 0;
  /// The full evaluation that `eval` prints.
  virtual std::vector<Quantity> evaluate(const DataView& data) = 0;
  /// n samples: images (n, H, W) in [0,1], or points (n, d). Without an override it throws Error: the model
  /// draws none.
  virtual Tensor sample(int64_t n, Rng& rng);
  /// The film strip's frame after an epoch: 100 samples of an image model, 1,000 points of another (over the
  /// truth's contours where there are some), unless overridden.
  virtual Picture snapshot(const DataView& data, Rng& rng);
  /// Every picture beside the snapshots.
  virtual std::vector<Picture> pictures(const DataView& data) = 0;
  /// What Markov chains may walk on: a log-density, a score, or neither, which is what it is unless
  /// overridden.
  virtual Target target() { return {}; }
  /// For the report: what this run's numbers say, a paragraph; "" for nothing beyond the metrics'
  /// explanations.
  virtual std::string reading(const DataView&) { return ""; }
};

}  // namespace gradzoo
