#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "autograd/storage.h"
#include "models/run/session.h"
#include "state/safetensors.h"
#include "tools/run/run_directory.h"

namespace gradzoo {

/// A run read back from its directory: options, and the model with its weights as of the checkpoint.
struct SavedRun {
  RunDirectory directory;
  std::unique_ptr<RunOptions> options;
  DataShape shape;
  std::unique_ptr<Model> model;
  int64_t step;  // of the checkpoint

  const std::string& model_name() const { return options->entry().name; }
  uint64_t seed() const { return options->training.stream_seed(); }
};

/// The SHA-256 of the images. Throws Error where they are not those that the run trained on, by its
/// config.toml.
std::string check_same_data(const RunDirectory& directory, const RunData& data);

/// Throws Error where the directory is no run or its checkpoint is damaged or of another model.
SavedRun open_run(const std::string& directory);

/// Holds what a model is made of to the size of its checkpoint, so that settings from elsewhere do not ask
/// for all memory before shapes are compared.
PoolLimit limit_to_checkpoint(const SafetensorsReader& file);

}  // namespace gradzoo
