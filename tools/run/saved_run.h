#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/run/session.h"
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

/// Throws Error where the directory is no run or its checkpoint is damaged or of another model.
SavedRun open_run(const std::string& directory);

}  // namespace gradzoo
