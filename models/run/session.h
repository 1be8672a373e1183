#pragma once

#include <memory>
#include <span>
#include <string>

#include "models/base/entry.h"
#include "models/run/data.h"
#include "models/run/trainer.h"

namespace gradzoo {

/// A model to be trained: its name, and all options of its data, its training and the model, by name.
class RunOptions {
 public:
  /// At their defaults.
  explicit RunOptions(const ModelEntry& model);
  RunOptions(const RunOptions&) = delete;
  RunOptions& operator=(const RunOptions&) = delete;

  const ModelEntry& entry() const { return entry_; }   ///< of the registry
  OptionTable& table() { return table_; }              ///< to set options by their names
  const OptionTable& table() const { return table_; }  ///< to read them
  /// How many options at the front of the table every run has; the model's own follow.
  size_t shared() const { return shared_; }

  /// Sets key=value each. Epochs set without steps override steps from elsewhere.
  void assign(std::span<const std::string> assignments);
  /// Sets the defaults that depend on other options and on the data, and checks the combination; call it
  /// once, after the user's choices. Throws Error for data that the model cannot learn, and for invalid
  /// combinations.
  void complete(const DataShape& shape);
  /// The same for data given by name.
  void complete();
  /// Of a new run, then: another default of epochs where there are fewer images than defaults were chosen
  /// with, for as many steps, and at most twenty times the passes.
  void prefer_passes_over(int64_t images);

  /// An untrained model.
  std::unique_ptr<Model> make_model(const DataShape& shape) const { return model->make(shape, training); }

  DatasetOptions data;                  ///< which data
  TrainingOptions training;             ///< what every run has
  std::unique_ptr<ModelOptions> model;  ///< the model's own

 private:
  void prefer_narrow_toys();

  const ModelEntry& entry_;
  OptionTable table_;
  size_t shared_ = 0;
};

/// The model's options with key=value assignments, completed.
std::unique_ptr<RunOptions> run_options(const std::string& model, std::span<const std::string> assignments);

/// How a session differs from a run by the command.
struct SessionOptions {
  bool drop_last = false;          ///< steps of one size: an epoch's short batch is left out
  int64_t log_every = 0;           ///< steps between log rows; 0: ten an epoch, every 50 steps at least
  int64_t steps = 0;               ///< 0: as the options say
  Processes* processes = nullptr;  ///< that share the training; nullptr: this one trains alone
};

/// A run while it trains: data, batches, model, trainer, and the State that checkpoints save.
class Session {
 public:
  /// Reads the data and makes the model, untrained.
  explicit Session(const RunOptions& options, const SessionOptions& session = {});
  /// With examples derived from the dataset's, for example of another shape.
  Session(const RunOptions& options, RunData data, const SessionOptions& session = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Trainer::run.
  bool train(TrainObserver& observer) { return trainer.run(observer); }

  RunData data;                          ///< the examples
  std::unique_ptr<BatchSource> batches;  ///< of the training examples
  std::unique_ptr<Model> model;          ///< what is trained
  int64_t steps;                         ///< of the whole run
  Trainer trainer;                       ///< the loop
  State state;                           ///< all that a checkpoint saves
};

}  // namespace gradzoo
