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

/// The parts that a report lacks, each with the reason.
using LeftOut = std::vector<std::pair<std::string, std::string>>;
/// Reason for parts that would have taken too long.
inline constexpr const char* kNoTime = "training was too short to spend time on them";

/// A run at its current step, with its results.
struct ReportedRun {
  const RunDirectory& directory;
  const RunOptions& options;
  Session& session;
  Quantities known = {};                // last measured results
  std::vector<CurveLevel> levels = {};  // reference levels of the model's metrics
  std::string interpretation = {};      // explanation of the numbers
  std::vector<ReportPicture> pictures = {};
  LeftOut missing = {};
  std::string ended = {};  // error that ended training before its last step; "": none
  bool is_whole = false;   // true if no further report of this step will follow
};

/// Writes report.html from `run`, the metrics and the epochs' samples. It measures and draws nothing.
void write_run_report(const ReportedRun& run);

/// Returns the step of the whole report of a finished run, or nothing if there is none.
std::optional<int64_t> finished_report_step(const RunDirectory& directory);

}  // namespace gradzoo
