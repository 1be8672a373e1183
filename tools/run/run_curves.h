#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/base/model.h"
#include "tools/report/report.h"
#include "tools/run/run_report.h"

namespace gradzoo {

/// The rows of metrics.jsonl.
using MetricRows = std::vector<std::map<std::string, double>>;

/// One key of the metrics, where rows have it.
struct MetricCurve {
  std::vector<double> epochs, values;
};
MetricCurve curve_of(const MetricRows& rows, const std::string& key);

/// A chart of each metric over the epochs, with the levels that belong there; validation in the same chart
/// where the model says so.
std::vector<Curve> curves_of(const ReportedRun& run, const MetricRows& rows, const Quantities& validation,
                             const std::vector<CurveLevel>& levels);

}  // namespace gradzoo
