#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tools/serve/runs_folder.h"

namespace gradzoo {

/// How curves of several runs are drawn over each other.
struct CurveView {
  std::vector<std::string> runs;  // names in the folder
  std::string x = "step";         // step, epoch or seconds
  double smoothing = 0;           // share of the mean so far that each value keeps, 0 to .99
  bool log_y = false;
};

/// A figure for each metric that one of the runs has: [{"key", "html"}], html by curve_figure(); those of
/// training first, and how fast it goes last. A run's line has its place's colour; what validation gave is
/// dashed, in the chart of the metric of its name. Rows that a run lacks, and runs that cannot be read, are
/// left out; a chart that cannot be drawn is a figure of the sentence why. Throws Error for another x or
/// smoothing.
nlohmann::json run_curves(const RunsFolder& folder, const CurveView& view);

/// y_t = (1 - s) sum_k s^k x_{t-k} / (1 - s^t): a running mean without a pull towards the first value. A
/// value that is not finite stays, and counts for nothing.
std::vector<double> smoothed(const std::vector<double>& values, double s);

}  // namespace gradzoo
