#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/models/run/session.h"
#include "plot/pages/report.h"

namespace gradzoo {

/// What of a run could not be shown, and why.
using LeftOut = std::vector<std::pair<std::string, std::string>>;
/// Why: not for an error, but for the time that it would take.
inline constexpr const char* kNoTime = "training was too short to spend time on them";

/// A run at a step that it has reached, and what is known of it.
struct ReportedRun {
  const RunDirectory& directory;
  const RunOptions& options;
  Session& session;
  Quantities known = {};                // what was last measured of it
  std::vector<CurveLevel> levels = {};  // of the model's metrics
  std::string interpretation = {};      // what its numbers say
  std::vector<ReportPicture> pictures = {};
  LeftOut missing = {};
  std::string ended = {};  // why training ended before its last step; "": it did not, or was stopped
  bool is_whole = false;   // nothing more will be made of this step
};

/// Writes report.html from that, the metrics and the samples of the epochs: nothing is measured or drawn.
void write_run_report(const ReportedRun& run);

/// The step of a finished run whose whole report was written; none where there is no such report.
std::optional<int64_t> finished_report_step(const RunDirectory& directory);

}  // namespace gradzoo
