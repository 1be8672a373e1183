#pragma once

#include <string>

#include "datasets/dataset.h"
#include "models/base/entry.h"
#include "models/base/model.h"

namespace gradzoo {

/// The examples of a run: what it trains on, and what it watches itself on.
struct RunData {
  explicit RunData(const Settings& settings);

  const DataShape& shape() const { return dataset.shape(); }
  /// Whether some examples are held out from training to validate on (split=fit).
  bool holds_out() const { return !trains_on_all; }
  /// For pictures and validation while training: the held-out examples, or, where there are none, the
  /// training ones.
  DataView view() const { return {watched, train, seed, shape().toy.get()}; }
  /// Examples of a split to evaluate on. Throws Error where the run was trained on them.
  Examples evaluation_examples(Split split) const;
  /// Batches to train on.
  std::unique_ptr<BatchSource> batches(const BatchOptions& options) const;

  Dataset dataset;
  bool trains_on_all;
  Examples train, watched;
  uint64_t seed;
};

/// How a run cuts its training examples into batches.
BatchOptions batch_options(const Settings& settings);

/// What a run changes of a toy.
ToyOptions toy_options(const Settings& settings);

/// The steps of a whole run.
int64_t total_steps(const Settings& settings, int64_t steps_per_epoch);

/// The value of a text setting, or "" for a model that has no such setting.
std::string text_or_empty(const Settings& settings, std::string_view key);

}  // namespace gradzoo
