#pragma once

#include <memory>

#include "datasets/dataset.h"
#include "models/base/model.h"
#include "models/base/training_options.h"

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

}  // namespace gradzoo
