#pragma once

#include "models/run/data.h"
#include "tools/run/run_directory.h"

namespace gradzoo {

/// A run that has reached its last step.
struct FinishedRun {
  const RunDirectory& directory;
  const ModelEntry& entry;
  const Settings& settings;
  Model& model;
  const RunData& data;
  int64_t step;
};

/// Draws the model's pictures into samples/ and writes report.html from them, the metrics and the samples of
/// the epochs.
void write_run_report(const FinishedRun& run);

}  // namespace gradzoo
