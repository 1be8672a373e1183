#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/base/function_ref.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/nn/learn/schedule.h"
#include "gradzoo/nn/parallel/shards.h"

namespace gradzoo {

/// A model's training step in equal parts of a batch, whose gradients are added in a fixed order
/// (docs/internals.md, "Shards"). Each part finds the model's State beside its learners as the step found
/// it, draws what the whole batch would draw for its rows, and has a copy of all but what belongs to rows.
/// Where processes train together, each runs a range of the parts.
class ShardedStep {
 public:
  /// Throws Error where the shards do not divide the rows of a State's entry that belong to a batch's, or the
  /// processes the shards.
  ShardedStep(Model& model, int64_t shards, Processes& processes = this_process());

  /// Throws Error where the shards do not divide the rows of a whole batch.
  void check_rows(int64_t rows) const;
  /// Which part of it this process trains on.
  RowWindow window() const { return {processes_.rank(), processes_.count()}; }
  /// A collective call. The context's batch is this process's part of the whole one. `row` becomes the
  /// shards' mean. Throws Error where the shards do not leave the same State. A step that fails leaves the
  /// model's own State as it was, but what belongs to rows.
  void run(const StepContext& context, std::vector<double>& row);
  /// A collective call: what belongs to rows becomes whole in every process. Between steps a process knows
  /// its own rows alone.
  void gather_rows();

 private:
  /// What a shard has for itself while others run.
  struct Own {
    StateCopy state;
    std::vector<std::vector<Record>> records;  ///< of each learner's leaves
    std::vector<double> row;
  };
  void train_part(const StepContext& context, int64_t shard);
  void enter(int64_t shard);
  void leave(int64_t shard);
  void check_same() const;
  Own& own(int64_t shard) { return own_[static_cast<size_t>(shard - shards_.first())]; }

  Model& model_;
  Processes& processes_;
  StateCopy begun_;
  std::vector<Own> own_;
  std::vector<Rng*> streams_;
  Shards shards_;
};

/// How long and how fast to train.
struct TrainPlan {
  int64_t steps;                      ///< of the whole run
  int64_t steps_per_epoch;            ///< for epochs in log rows
  int64_t log_every;                  ///< steps between rows
  double learning_rate;               ///< the schedule's largest
  Decay schedule;                     ///< how it falls
  int64_t shards = 1;                 ///< equal parts of a batch
  Processes* processes = nullptr;     ///< that share them; nullptr: this one has all
  std::function<void()> finish = {};  ///< after the last step, before it is observed; see Model::finish
};

/// The means of a model's metrics over the steps since the last row.
struct LogRow {
  int64_t step;                     ///< steps done
  double epoch;                     ///< steps / steps_per_epoch
  double learning_rate;             ///< of the last step
  std::span<const double> metrics;  ///< in the order of Model::metrics()
  double examples_per_s;            ///< of the steps alone, without hooks
};

/// Hooks around the steps: progress, pictures, checkpoints.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void on_log(const LogRow& row) = 0;  ///< every plan.log_every steps, and after the last
  /// Calls what finishes a model after its last step, which may take seconds.
  virtual void on_finish(FunctionRef<void()> finish) { finish(); }
  /// After the last step of each epoch, and after the last step of all.
  virtual void on_epoch(int64_t step) = 0;
  /// Called after every step; returning true ends the run.
  virtual bool should_stop(int64_t step) = 0;
};

/// The one training loop. Each step is a function of the seed and its number, so a resumed run is the
/// uninterrupted one.
class Trainer {
 public:
  Trainer(Model& model, BatchSource& batches, TrainPlan plan);  ///< both must outlive it

  /// The step reached, and the metric sums of the log row under way.
  void register_state(State& state);
  /// Runs from the step reached to the plan's last. Returns false where the observer stopped it. Throws Error
  /// naming the step and the first op to blame where a loss or gradient is not finite; the state is then that
  /// of the step before. Throws Error where the plan's shards do not divide a batch or the rows of the state
  /// that belong to batches'.
  bool run(TrainObserver& observer);
  /// What comes before a first step, unless it has been done. Throws Error where shards divide no batch, the
  /// last of an epoch, or rows of the State.
  void begin();
  /// Makes the next step twice from `state`, this training's State, and then restores it. Throws Error if a
  /// metric is not written, if the loss depends on a parameter that no Learner trains, or if the two steps
  /// differ, which shows that the State lacks an entry. Does nothing if shards share the step.
  void check_step(const State& state);
  /// A collective call of those who share the shards: the State becomes whole in each.
  void gather_rows();
  int64_t step() const { return step_; }  ///< steps done

 private:
  double learning_rate(int64_t step) const;
  Batch next_batch() const;
  void one_step();
  void train_step(const Batch& batch);
  std::string traced_reason(const Batch& batch, const std::string& untraced);
  void log(TrainObserver& observer);

  Model& model_;
  BatchSource& batches_;
  TrainPlan plan_;
  std::optional<StateCopy> numbers_;  ///< the model's own, draw numbers among them, as the step found them
  std::optional<ShardedStep> sharded_;
  int64_t step_ = 0;
  Tensor sums_;  ///< (metrics) f64, since the last log row
  int64_t summed_ = 0;
  std::vector<double> row_;
  double row_seconds_ = 0;
  int64_t row_examples_ = 0;
};

}  // namespace gradzoo
