#pragma once

#include <memory>
#include <span>
#include <string>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/run/trainer.h"

namespace gradzoo {

/// The examples of a run: for training, and for validation and pictures.
class RunData {
 public:
  /// Reads the data. With split=train nothing is held out, but of a toy, whose points have no end.
  RunData(const DatasetOptions& data, const TrainingOptions& training);

  const std::string& name() const { return dataset_.name(); }  ///< of the dataset
  const DataShape& shape() const { return shape_; }            ///< of an example
  std::string sha256() const { return dataset_.sha256(); }     ///< of the dataset; "" for a toy
  uint64_t seed() const { return seed_; }                      ///< of the run's random streams
  const Examples& train() const { return train_; }             ///< to train on
  /// Of a run that began before points had units: the model sees points as they are.
  void leave_units() { shape_.units = {}; }
  /// Replaces the training examples, for example by images of another shape; validation stays the same.
  void replace_training(Examples examples);
  /// Whether some examples are held out from training to validate on (split=fit).
  bool holds_out() const { return !trains_on_all_; }
  /// The examples of pictures and validation during training: held-out ones, or, if there are none, training
  /// ones.
  DataView view() const { return view(watched_); }
  /// The same with other examples, for evaluation.
  DataView view(const Examples& examples) const { return {examples, train_, seed_, shape_.toy.get()}; }
  /// Examples of a split for evaluation. Throws Error if the run was trained on them.
  Examples evaluation_examples(Split split) const;
  /// Batches to train on.
  std::unique_ptr<BatchSource> batches(const BatchOptions& options) const;

 private:
  Dataset dataset_;
  DataShape shape_;
  bool trains_on_all_;
  Examples train_, watched_;
  uint64_t seed_;
};

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

  /// How bytes of such data become pixels; grey of numbers as they are.
  Pixels pixels(const DataShape& shape) const { return shape.kind().pixels ? model->pixels() : Pixels::grey; }
  /// An untrained model.
  std::unique_ptr<Model> make_model(const DataShape& shape) const;

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
/// The same of a line, "MODEL KEY=VALUE ...".
std::unique_ptr<RunOptions> run_options(const std::string& line);

/// How a session differs from a run by the command.
struct SessionOptions {
  bool drop_last = false;          ///< steps of one size: an epoch's short batch is left out
  int64_t log_every = 0;           ///< steps between log rows; 0: ten an epoch, every 50 steps at least
  int64_t steps = 0;               ///< 0: as the options say
  Processes* processes = nullptr;  ///< that share the training; nullptr: this one trains alone
  /// its State is read back, with what the model had made ready from the examples (Model::prepare), before it
  /// trains
  bool resumed = false;
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
