#pragma once

#include "models/run/session.h"
#include "tools/run/run_directory.h"

namespace gradzoo {

/// A run that has reached its last step.
struct FinishedRun {
  const RunDirectory& directory;
  const RunOptions& options;
  Session& session;
  const Quantities& watched;  // what was measured of its samples while it trained
};

/// Draws the model's pictures into samples/ and writes report.html from them, the metrics and the samples of
/// the epochs.
void write_run_report(const FinishedRun& run);

}  // namespace gradzoo
