#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/registry.h"
#include "tools/run/run_directory.h"

namespace gradzoo {

/// A run read back from its directory: settings, and the model with its weights as of the checkpoint.
struct SavedRun {
  RunDirectory directory;
  const ModelEntry* entry;
  Settings settings;
  DataShape shape;
  std::unique_ptr<Model> model;
  int64_t step;  // of the checkpoint

  uint64_t seed() const { return settings.seed(); }
};

/// Throws Error where the directory is no run or its checkpoint is damaged or of another model.
SavedRun open_run(const std::string& directory);

}  // namespace gradzoo
