#include "tools/serve/run_curves.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/plot/pages/curve_figure.h"

namespace gradzoo {
namespace {

const std::string kValidation = "valid_", kError = "_stderr";

bool is_axis(const std::string& key) { return key == "step" || key == "epoch" || key == "seconds"; }

// The curves of one run by metric, first as it was trained, then as it was validated.
struct RunSeries {
  std::map<std::string, Series> training, validation;
};

void add_rows(RunSeries& found, const ThinnedRows& rows, const std::string& x) {
  const auto at = rows.columns().find(x);
  if (at == rows.columns().end()) return;
  for (const auto& [key, values] : rows.columns()) {
    if (is_axis(key) || key.ends_with(kError)) continue;
    const bool validation = key.starts_with(kValidation);
    Series& series = validation ? found.validation[key.substr(kValidation.size())] : found.training[key];
    for (size_t i = 0; i < rows.rows(); ++i) {
      if (std::isnan(at->second[i]) || std::isnan(values[i])) continue;
      series.x.push_back(at->second[i]);
      series.y.push_back(values[i]);
    }
  }
}

RunSeries series_of_run(const RunMetrics& metrics, const std::string& x) {
  RunSeries found;
  add_rows(found, metrics.training, x);
  add_rows(found, metrics.validation, x);
  return found;
}

void add_series(std::map<std::string, LineChart>& charts, const std::string& key, Series series,
                const std::string& name, size_t place, Dash dash) {
  series.name = name;
  series.color = place;
  series.dash = dash;
  charts[key].series.push_back(std::move(series));
}

// What was trained on before what only validation measured, and the pace behind all.
std::vector<std::string> in_reading_order(const std::map<std::string, LineChart>& charts) {
  const auto rank = [&](const std::string& key) {
    if (key == "lr" || key == "examples_per_s") return 2;
    const auto dashed = [](const Series& series) { return series.dash == Dash::dashes; };
    return std::ranges::all_of(charts.at(key).series, dashed) ? 1 : 0;
  };
  std::vector<std::string> keys;
  keys.reserve(charts.size());
  for (const auto& [key, chart] : charts) keys.push_back(key);
  std::ranges::stable_sort(keys, {}, rank);
  return keys;
}

// One chart that cannot be drawn leaves the others where they are.
std::string figure_or_refusal(const LineChart& chart) {
  try {
    return curve_figure(chart);
  } catch (const Error& error) {
    const auto escaped = [](std::string_view text) {
      return replaced(printable(text), {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}});
    };
    return fmt::format("<figure class=\"curve\"><h3>{}</h3><p>{}</p></figure>\n", escaped(chart.title),
                       escaped(error.what()));
  }
}

}  // namespace

std::vector<double> smoothed(const std::vector<double>& values, double s) {
  std::vector<double> result = values;
  double sum = 0, weight = 0;
  for (double& value : result) {
    if (!std::isfinite(value)) continue;
    sum = s * sum + (1 - s) * value;
    weight = s * weight + (1 - s);
    value = sum / weight;
  }
  return result;
}

nlohmann::json run_curves(const RunsFolder& folder, const CurveView& view) {
  if (!is_axis(view.x))
    throw Error("curves have no axis '{}'. Hint: choose step, epoch or seconds", printable(view.x));
  if (!(view.smoothing >= 0 && view.smoothing <= .99))
    throw Error("smoothing {} is out of range. Hint: choose 0 to 0.99", view.smoothing);
  std::map<std::string, LineChart> charts;
  for (size_t place = 0; place < view.runs.size(); ++place) {
    const std::string& name = view.runs[place];
    RunSeries run;
    try {
      run = series_of_run(*folder.metrics(name), view.x);
    } catch (const Error&) {
      continue;  // removed meanwhile, or damaged: the list of runs says so
    }
    for (auto& [key, series] : run.training) {
      series.y = smoothed(series.y, view.smoothing);
      add_series(charts, key, std::move(series), name, place, Dash::none);
    }
    for (auto& [key, series] : run.validation)
      add_series(charts, key, std::move(series), name + ", validation", place, Dash::dashes);
  }
  nlohmann::json figures = nlohmann::json::array();
  for (const std::string& key : in_reading_order(charts)) {
    LineChart& chart = charts[key];
    const MetricName name = metric_name(key);
    chart.title = name.name;
    chart.x_label = view.x == "seconds" ? "seconds of training" : view.x;
    chart.y_label = name.unit;
    chart.log_y = view.log_y;
    chart.width = 600, chart.height = 320;
    figures.push_back({{"key", key}, {"html", figure_or_refusal(chart)}});
  }
  return figures;
}

}  // namespace gradzoo
