#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tools/serve/runs_folder.h"

namespace gradzoo {

/// Settings of the charts that show several runs.
struct CurveView {
  std::vector<std::string> runs;  // names in the folder
  std::string x = "step";         // step, epoch or seconds
  double smoothing = 0;           // weight of the previous mean in the running mean, 0 to 0.99
  bool log_y = false;
};

/// Returns a figure for each metric that at least one run has: [{"key", "html"}], drawn by curve_figure().
/// Metrics of training come first, and metrics of speed last. A run's colour follows from its position;
/// validation is a dashed line in the chart of the same metric. Missing rows and unreadable runs are left
/// out; if a chart cannot be drawn, its figure is a sentence with the reason. Throws Error for another x or
/// smoothing.
nlohmann::json run_curves(const RunsFolder& folder, const CurveView& view);

/// Returns y_t = (1 - s) sum_k s^k x_{t-k} / (1 - s^t): a running mean without a bias towards the first
/// value. A value that is not finite is kept, and does not enter the means.
std::vector<double> smoothed(const std::vector<double>& values, double s);

}  // namespace gradzoo
