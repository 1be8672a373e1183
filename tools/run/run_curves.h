#pragma once

#include <map>
#include <optional>
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

/// The training pixels' own entropy, where the run's loss is a cross-entropy of grey pixels.
std::optional<double> entropy_floor(const FinishedRun& run);

/// A chart of each metric over the epochs, validation in the same chart where it measures the same.
std::vector<Curve> curves_of(const FinishedRun& run, const MetricRows& rows,
                             const std::vector<Quantity>& validation);

}  // namespace gradzoo
