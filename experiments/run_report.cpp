#include "experiments/run_report.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/base/version.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/repeat_command.h"
#include "models/pictures/unit_pictures.h"

namespace gradzoo {
namespace {

constexpr size_t kMostFrames = 40;

constexpr std::uint64_t kMostPictureBytes = 1 << 26;

// What the model showed after each epoch; of a long run so many of them, evenly, that the page stays light.
FilmStrip film_of(const ReportedRun& run) {
  FilmStrip film{.title = "Epoch by epoch",
                 .caption = "Pictures from the model after each epoch, always from the same random numbers.",
                 .snapshots = {},
                 .invert_at_night = tile_of(run.session.data.shape()).rank() == 0};
  const int64_t per_epoch = run.session.batches->steps_per_epoch();
  const int64_t last = (run.session.trainer.step() + per_epoch - 1) / per_epoch;
  std::vector<std::pair<int64_t, std::string>> epochs = run.directory.epoch_pictures();
  std::erase_if(epochs, [&](const auto& epoch) { return epoch.first > last; });
  const size_t frames = std::min(epochs.size(), kMostFrames);
  for (size_t i = 0; i < frames; ++i) {
    const size_t at = frames == 1 ? 0 : i * (epochs.size() - 1) / (frames - 1);
    const auto& [epoch, path] = epochs[at];
    film.snapshots.push_back({fmt::format("epoch {}", epoch),
                              {std::filesystem::path(path).extension().string(),
                               read_plain_file(path, kMostPictureBytes, Links::refuse)}});
  }
  return film;
}

using MetricRows = std::vector<std::map<std::string, double>>;

/// One key of the metrics, where rows have it.
struct MetricCurve {
  std::vector<double> epochs, values;
};
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

Series series_of(const std::string& name, const MetricCurve& curve) {
  return {.name = name, .x = curve.epochs, .y = curve.values};
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

LineChart named_curve(const std::string& name, const std::string& unit, const std::string& explanation) {
  return {.title = in_words(name), .x_label = "epoch", .y_label = unit_text(unit), .caption = explanation};
}

// Charts of all metrics over the epochs with their levels; a model may put validation into the same chart.
std::vector<LineChart> curves_of(const ReportedRun& run, const MetricRows& rows) {
  std::vector<LineChart> curves;
  for (const MetricInfo& metric : run.session.model->metrics()) {
    LineChart& curve = curves.emplace_back(named_curve(metric.name, metric.unit, metric.explanation));
    curve.series.push_back(series_of("training", curve_of(rows, metric.key())));
  }
  for (const CurveLevel& level : run.levels)
    curves[level.metric.index()].levels.push_back({level.name, level.value});
  for (const Quantity& quantity : run.known) {
    LineChart& curve = quantity.curve
                           ? curves[quantity.curve->index()]
                           : curves.emplace_back(named_curve(quantity.name, quantity.unit, quantity.meaning));
    curve.series.push_back(validation_series(rows, "valid_" + quantity.key()));
  }
  if (run.options.training.schedule != Decay::constant) {
    LineChart& curve =
        curves.emplace_back(named_curve("learning_rate", "", "learning rate that the schedule gives"));
    curve.series.push_back(series_of("learning rate", curve_of(rows, "lr")));
  }
  return curves;
}

std::string with_error(const Quantity& quantity) {
  const double error = quantity.error;
  if (!std::isfinite(error)) return fmt::format("{:.4g}", quantity.value);
  if (quantity.error_kind == ErrorKind::quadrature)
    return fmt::format("{:.4g}, quadrature error {:.0e}", quantity.value, error);
  if (error < 1e-4) return fmt::format("{:.4g} ± {:.0e}", quantity.value, error);
  // So many decimals that the error has two digits.
  const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(error))));
  return fmt::format("{:.{}f} ± {:.{}f}", quantity.value, decimals, error, decimals);
}

std::vector<KeyFigure> figures_of(const ReportedRun& run, const MetricRows& rows) {
  std::vector<KeyFigure> figures;
  figures.reserve(run.known.size() + 2);
  for (const Quantity& quantity : run.known) {
    figures.push_back(
        {"valid " + in_words(quantity.name), with_error(quantity), quantity.unit, quantity.meaning});
  }
  const MetricInfo& loss = run.session.model->metrics()[0];
  const MetricCurve curve = curve_of(rows, loss.key());
  if (!curve.values.empty()) {
    figures.push_back({"training " + in_words(loss.name), fmt::format("{:.4g}", curve.values.back()),
                       unit_text(loss.unit), loss.explanation});
  }
  for (const CurveLevel& level : run.levels)
    if (level.is_figure)
      figures.push_back({level.name, fmt::format("{:.2f}", level.value), level.unit, level.meaning});
  return figures;
}

std::vector<Term> glossary_of(const ReportedRun& run) {
  std::vector<Term> terms;
  for (const MetricInfo& metric : run.session.model->metrics())
    terms.push_back({in_words(metric.name), metric.explanation});
  for (const Quantity& quantity : run.known)
    terms.push_back({"valid " + in_words(quantity.name), quantity.meaning});
  const DataKind& kind = run.session.data.shape().kind();
  terms.push_back({replaced(kind.nats, {{'/', " per "}}), kind.nats_meaning});
  terms.push_back(
      {"±", "standard error of a mean over the examples: the typical size of the number's random error"});
  return terms;
}

std::vector<Fact> facts_of(const ReportedRun& run, const MetricRows& rows) {
  std::vector<Fact> facts = {{"run", run.directory.path()},
                             {"steps", fmt::format("{}", run.session.trainer.step())},
                             {"training examples", fmt::format("{}", run.session.data.train().count())},
                             {"seed", fmt::format("{}", run.session.data.seed())}};
  const MetricCurve rates = curve_of(rows, "examples_per_s"), seconds = curve_of(rows, "seconds");
  if (!rates.values.empty()) {
    std::vector<double> sorted = rates.values;
    std::ranges::sort(sorted);
    facts.push_back({"examples/s, median", fmt::format("{:.0f}", sorted[sorted.size() / 2])});
  }
  if (!seconds.values.empty()) facts.push_back({"seconds", fmt::format("{:.1f}", seconds.values.back())});
  facts.push_back({"threads", fmt::format("{}", num_threads())});
  facts.push_back({"OpenBLAS kernel", blas_kernel().used});
  facts.push_back({"gradzoo", kVersion});
  return facts;
}

// Rows of later steps are of a training that was killed before its next checkpoint.
MetricRows rows_of(const ReportedRun& run) {
  MetricRows rows = read_metrics(run.directory.metrics());
  const auto step = static_cast<double>(run.session.trainer.step());
  std::erase_if(rows, [&](const auto& row) {
    const auto found = row.find("step");
    return found == row.end() || found->second > step;
  });
  return rows;
}

constexpr const char* kWithPictures = ", with pictures";

std::string mark_of(int64_t step, int64_t steps, bool with_pictures) {
  return fmt::format("step {} of {}{}", step, steps, with_pictures ? kWithPictures : "");
}

std::vector<std::string> notices_of(const ReportedRun& run) {
  const int64_t step = run.session.trainer.step(), steps = run.session.steps;
  std::vector<std::string> notices;
  if (!run.ended.empty())
    notices.push_back(fmt::format("Training ended after step {} of {}: {}", step, steps, run.ended));
  else if (step != steps)
    notices.push_back(
        fmt::format("This page shows step {} of {}. If the run was stopped, continue it with: {}", step,
                    steps, resume_command(run.directory.path())));
  for (const auto& [what, why] : run.missing)
    notices.push_back(
        fmt::format("This page has no {}: {}{}", what, why,
                    why == kNoTime ? ". Make them with " + report_command_for(run.directory.path()) : ""));
  return notices;
}

}  // namespace

void write_run_report(const ReportedRun& run) {
  const RunData& data = run.session.data;
  const MetricRows rows = rows_of(run);
  const ModelEntry& entry = run.options.entry();
  Report report;
  report.title = fmt::format("{} on {}", entry.name, data.name());
  report.summary = fmt::format("{} ({})", entry.summary, entry.source);
  report.notices = notices_of(run);
  report.mark = mark_of(run.session.trainer.step(), run.session.steps, run.is_whole);
  report.interpretation = run.interpretation;
  report.figures = figures_of(run, rows);
  report.curves = curves_of(run, rows);
  report.strips = {film_of(run)};
  report.pictures = run.pictures;
  for (const Option& option : run.options.table().all())
    report.settings.push_back({option.key, option.text(), option.meaning, option.source});
  report.glossary = glossary_of(run);
  report.facts = facts_of(run, rows);
  report.command = repeat_command(run.options, data.shape());
  write_report(run.directory.report(), report, Links::refuse);
}

std::optional<int64_t> finished_report_step(const RunDirectory& directory) {
  const std::string mark = report_mark(directory.report());
  int64_t step = 0;
  const size_t digits = mark.find(' ') + 1;
  std::from_chars(mark.data() + digits, mark.data() + mark.size(), step);
  return mark == mark_of(step, step, true) ? std::optional(step) : std::nullopt;
}

}  // namespace gradzoo
