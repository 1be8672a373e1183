#include "tools/run/run_curves.h"

#include "tools/run/metric_name.h"
#include "tools/run/metrics_log.h"

namespace gradzoo {
namespace {

Series series_of(const std::string& name, const MetricCurve& curve) {
  return {.name = name, .x = curve.epochs, .y = curve.values, .low = {}, .high = {}};
}

// Validation after each epoch, with a band of one standard error.
Series validation_series(const MetricRows& rows, const std::string& key) {
  Series series = series_of("validation", curve_of(rows, key));
  const MetricCurve errors = curve_of(rows, key + "_stderr");
  if (errors.values.size() != series.y.size()) return series;
  for (size_t i = 0; i < series.y.size(); ++i) {
    series.low.push_back(series.y[i] - errors.values[i]);
    series.high.push_back(series.y[i] + errors.values[i]);
  }
  return series;
}

Curve named_curve(const std::string& key, const std::string& explanation) {
  const MetricName name = metric_name(key);
  return {.name = name.name,
          .unit = name.unit,
          .x_label = "epoch",
          .explanation = explanation,
          .series = {},
          .levels = {}};
}

}  // namespace

MetricCurve curve_of(const MetricRows& rows, const std::string& key) {
  MetricCurve curve;
  for (const auto& row : rows) {
    const auto value = row.find(key), epoch = row.find("epoch");
    if (value == row.end() || epoch == row.end()) continue;
    curve.epochs.push_back(epoch->second);
    curve.values.push_back(value->second);
  }
  return curve;
}

std::vector<Curve> curves_of(const ReportedRun& run, const MetricRows& rows, const Quantities& validation,
                             const std::vector<CurveLevel>& levels) {
  std::vector<Curve> curves;
  for (const MetricInfo& metric : run.session.model->metrics()) {
    Curve& curve = curves.emplace_back(named_curve(metric.name, metric.explanation));
    curve.series.push_back(series_of("training", curve_of(rows, metric.name)));
  }
  for (const CurveLevel& level : levels)
    curves[level.metric.index()].levels.push_back({level.name, level.value});
  for (const Quantity& quantity : validation) {
    const std::string key = quantity_key(quantity);
    Curve& curve = quantity.curve ? curves[quantity.curve->index()]
                                  : curves.emplace_back(named_curve(key, quantity.meaning));
    curve.series.push_back(validation_series(rows, "valid_" + key));
  }
  if (run.options.training.schedule != Decay::constant) {
    Curve& curve = curves.emplace_back(named_curve("learning_rate", "the step size that the schedule gives"));
    curve.series.push_back(series_of("learning rate", curve_of(rows, "lr")));
  }
  return curves;
}

}  // namespace gradzoo
