#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/run/session.h"
#include "tools/run/run_directory.h"

namespace gradzoo {

/// A run at a step that it has reached.
struct ReportedRun {
  const RunDirectory& directory;
  const RunOptions& options;
  Session& session;
  Quantities known = {};                // what was last measured of it
  std::vector<CurveLevel> levels = {};  // of the model's metrics
  std::string ended = {};  // why training ended before its last step; "": it did not, or was stopped
};

/// Writes report.html from what is known and on disk: nothing is measured or drawn for it.
void write_interim_report(const ReportedRun& run);

/// Draws the model's pictures into samples/, validates, and writes report.html from these, the metrics and
/// the samples of the epochs. `known` is what was measured of its samples; levels are found out.
void write_run_report(const ReportedRun& run);

/// The step of a report that write_run_report made of a finished run; none where there is no such report.
std::optional<int64_t> finished_report_step(const RunDirectory& directory);

}  // namespace gradzoo
