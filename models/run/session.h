#pragma once

#include <memory>
#include <span>
#include <string>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/run/trainer.h"

namespace gradzoo {

/// The examples of a run, for training, validation and pictures.
class RunData {
 public:
  /// Reads the data. With split=train no examples are held out, except for a toy with its unlimited points.
  RunData(const DatasetOptions& data, const TrainingOptions& training);

  const std::string& name() const { return dataset_.name(); }  ///< name of the dataset
  const DataShape& shape() const { return shape_; }            ///< shape of an example
  std::string sha256() const { return dataset_.sha256(); }     ///< checksum of the dataset; "" for a toy
  uint64_t seed() const { return seed_; }                      ///< seed of the run's random streams
  const Examples& train() const { return train_; }             ///< training examples
  /// Removes the units of points, for runs made before points had units.
  void leave_units() { shape_.units = {}; }
  /// Replaces the training examples, for example by images of another shape; validation stays the same.
  void replace_training(Examples examples);
  /// True if some examples are reserved for validation (split=fit).
  bool holds_out() const { return !trains_on_all_; }
  /// Returns the examples of pictures and validation during training: held-out examples, or training
  /// examples if none are held out.
  DataView view() const { return view(watched_); }
  /// Returns a view of other examples, for evaluation.
  DataView view(const Examples& examples) const { return {examples, train_, seed_, shape_.toy.get()}; }
  /// Returns the examples of a split for evaluation. Throws Error if the run was trained on them.
  Examples evaluation_examples(Split split) const;
  /// Returns the source of training batches.
  std::unique_ptr<BatchSource> batches(const BatchOptions& options) const;

 private:
  Dataset dataset_;
  DataShape shape_;
  bool trains_on_all_;
  Examples train_, watched_;
  uint64_t seed_;
};

/// A model to train, with all options of its data, its training and the model itself, by name.
class RunOptions {
 public:
  /// Sets all options to their defaults.
  explicit RunOptions(const ModelEntry& model);
  RunOptions(const RunOptions&) = delete;
  RunOptions& operator=(const RunOptions&) = delete;

  const ModelEntry& entry() const { return entry_; }   ///< model's entry in the registry
  OptionTable& table() { return table_; }              ///< options by name, to change
  const OptionTable& table() const { return table_; }  ///< options by name, to read
  /// Returns the number of options that every run has. They come first in the table; the model's own follow.
  size_t shared() const { return shared_; }

  /// Sets options from key=value strings. Epochs that are set without steps override earlier steps.
  void assign(std::span<const std::string> assignments);
  /// Sets the defaults that depend on other options and on the data, and checks the combination. Call it
  /// once, after the user's choices. Throws Error for data that the model cannot learn and for invalid
  /// options.
  void complete(const DataShape& shape);
  /// Completes the options for the dataset named by `data`.
  void complete();
  /// Raises the default epochs of a new run on a small dataset to keep the number of steps, at most to
  /// twenty times the default. Call it after complete().
  void prefer_passes_over(int64_t images);

  /// Returns how bytes of these data become pixels; `grey` for data without pixels.
  Pixels pixels(const DataShape& shape) const { return shape.kind().pixels ? model->pixels() : Pixels::grey; }
  /// Returns an untrained model.
  std::unique_ptr<Model> make_model(const DataShape& shape) const;

  DatasetOptions data;                  ///< options of the dataset
  TrainingOptions training;             ///< options of every training run
  std::unique_ptr<ModelOptions> model;  ///< options of the model

 private:
  void prefer_narrow_toys();

  const ModelEntry& entry_;
  OptionTable table_;
  size_t shared_ = 0;
};

/// Returns the completed options of a model with key=value assignments.
std::unique_ptr<RunOptions> run_options(const std::string& model, std::span<const std::string> assignments);
/// Returns the completed options of a line, "MODEL KEY=VALUE ...".
std::unique_ptr<RunOptions> run_options(const std::string& line);

/// The differences between a session and a run of the command `train`.
struct SessionOptions {
  bool drop_last = false;  ///< true to drop an epoch's short last batch, so that all steps have one size
  int64_t log_every = 0;   ///< steps between log rows; 0: ten rows per epoch, at most 50 steps apart
  int64_t steps = 0;       ///< optimiser steps; 0: as in the options
  Processes* processes = nullptr;  ///< processes that share the training; nullptr: only this process
  /// true if a saved State, with the results of Model::prepare, is restored before training
  bool resumed = false;
};

/// A training run in memory: data, batches, model, trainer, and the State that checkpoints save.
class Session {
 public:
  /// Reads the data and makes an untrained model.
  explicit Session(const RunOptions& options, const SessionOptions& session = {});
  /// Uses `data`, which may differ from the dataset, for example in the shape of its examples.
  Session(const RunOptions& options, RunData data, const SessionOptions& session = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Runs the trainer: see Trainer::run.
  bool train(TrainObserver& observer) { return trainer.run(observer); }

  RunData data;                          ///< examples
  std::unique_ptr<BatchSource> batches;  ///< batches of training examples
  std::unique_ptr<Model> model;          ///< model in training
  int64_t steps;                         ///< steps of the whole run
  Trainer trainer;                       ///< training loop
  State state;                           ///< state that a checkpoint saves
};

}  // namespace gradzoo
