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

/// A model's training step in shards, equal parts of a batch, whose gradients are added in a fixed order
/// (docs/internals.md, "Shards"). Each shard starts from the same State, makes the random draws that the
/// whole batch would make for its rows, and has its own copy of all entries that do not belong to rows. If
/// several processes train together, each runs a range of the shards.
class ShardedStep {
 public:
  /// Throws Error if the number of shards does not divide the rows of a State's entry that belong to a
  /// batch's rows, or if the number of processes does not divide the shards.
  ShardedStep(Model& model, int64_t shards, Processes& processes = this_process());

  /// Throws Error if the number of shards does not divide the rows of a whole batch.
  void check_rows(int64_t rows) const;
  /// Returns the part of a batch on which this process trains.
  RowWindow window() const { return {processes_.rank(), processes_.count()}; }
  /// Makes a training step; a collective call. The context's batch is this process's part of the whole
  /// batch. `row` becomes the shards' mean. Throws Error if the shards end with different States. A failed
  /// step restores the model's own State, except the entries that belong to rows.
  void run(const StepContext& context, std::vector<double>& row);
  /// Gathers the entries that belong to rows in every process; a collective call. Between steps a process
  /// has only its own rows.
  void gather_rows();

 private:
  /// The data that a shard keeps while other shards run.
  struct Own {
    StateCopy state;
    std::vector<std::vector<Record>> records;  ///< gradient records of each learner's leaves
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

/// The length and the learning rates of a training run.
struct TrainPlan {
  int64_t steps;                      ///< steps of the whole run
  int64_t steps_per_epoch;            ///< steps per epoch, for the epochs in log rows
  int64_t log_every;                  ///< steps between log rows
  double learning_rate;               ///< largest learning rate of the schedule
  Decay schedule;                     ///< decay of the learning rate
  int64_t shards = 1;                 ///< number of shards of a batch
  Processes* processes = nullptr;     ///< processes that share the shards; nullptr: only this process
  std::function<void()> finish = {};  ///< call after the last step, before on_log; see Model::finish
};

/// The means of a model's metrics over the steps since the last log row.
struct LogRow {
  int64_t step;                     ///< steps done
  double epoch;                     ///< steps / steps_per_epoch
  double learning_rate;             ///< learning rate of the last step
  std::span<const double> metrics;  ///< means in the order of Model::metrics()
  double examples_per_s;            ///< examples per second during the steps, without hooks
};

/// Hooks around the training steps, for progress, pictures and checkpoints.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void on_log(const LogRow& row) = 0;  ///< called every plan.log_every steps and after the last
  /// Called after the last step; must call `finish`, which finishes the model and may take seconds.
  virtual void on_finish(FunctionRef<void()> finish) { finish(); }
  /// Called after the last step of each epoch, and after the last step of the run.
  virtual void on_epoch(int64_t step) = 0;
  /// Called after every step; returning true ends the run.
  virtual bool should_stop(int64_t step) = 0;
};

/// The training loop. Each step is a function of the seed and its number, so a resumed run is bit-identical
/// to an uninterrupted one.
class Trainer {
 public:
  Trainer(Model& model, BatchSource& batches, TrainPlan plan);  ///< model and batches must outlive it

  /// Registers the step reached, and the metric sums of the current log row.
  void register_state(State& state);
  /// Runs from the step reached to the plan's last step. Returns false if the observer stopped it. Throws
  /// Error, with the step and the first op that failed, if a loss or a gradient is not finite; the state of
  /// the step before is then restored. Throws Error if the plan's shards do not divide a batch or the rows
  /// of the State that belong to a batch's rows.
  bool run(TrainObserver& observer);
  /// Prepares the first step, once. Throws Error if the shards do not divide a batch, the last batch of an
  /// epoch, or the rows of the State.
  void begin();
  /// Makes the next step twice from `state`, this training's State, and then restores it. Throws Error if a
  /// metric is not written, if the loss depends on a parameter that no Learner trains, or if the two steps
  /// differ, which shows that the State lacks an entry. Does nothing if shards share the step.
  void check_step(const State& state);
  /// Gathers the whole State in every process that shares the shards; a collective call.
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
  std::optional<StateCopy> numbers_;  ///< the model's own State before the step, random streams included
  std::optional<ShardedStep> sharded_;
  int64_t step_ = 0;
  Tensor sums_;  ///< (metrics) f64, since the last log row
  int64_t summed_ = 0;
  std::vector<double> row_;
  double row_seconds_ = 0;
  int64_t row_examples_ = 0;
};

}  // namespace gradzoo
