#pragma once

#include <string>

#include "datasets/batches.h"
#include "datasets/image_dataset.h"
#include "models/model.h"
#include "models/registry.h"

namespace gradzoo {

/// The images of a run: what it trains on, and what it watches itself on.
struct RunData {
  explicit RunData(const Settings& settings);

  DataShape shape() const { return {dataset.height(), dataset.width()}; }
  /// Whether some images are held out from training to validate on (split=fit).
  bool holds_out() const { return !trains_on_all; }
  /// For pictures and validation while training: the held-out images, or, where there are none, the training
  /// images.
  DataView view() const { return {watched, train, seed}; }
  /// Images of a split to evaluate on. Throws Error where the run was trained on them.
  ImageSubset evaluation_images(Split split) const;

  ImageDataset dataset;
  bool trains_on_all;
  ImageSubset train, watched;
  uint64_t seed;
};

/// How a run cuts its training images into batches.
BatchOptions batch_options(const Settings& settings);

/// The steps of a whole run.
int64_t total_steps(const Settings& settings, int64_t steps_per_epoch);

/// The value of a text setting, or "" for a model that has no such setting.
std::string text_or_empty(const Settings& settings, std::string_view key);

}  // namespace gradzoo
