#include "tools/run/run_report.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "autograd/kernels/gemm/gemm.h"
#include "autograd/kernels/threads/parallel.h"
#include "tools/plot/image.h"
#include "tools/report/report.h"
#include "tools/run/draw_picture.h"
#include "tools/run/metric_name.h"
#include "tools/run/metrics_log.h"
#include "tools/run/repeat_command.h"
#include "tools/run/run_curves.h"
#include "tools/version.h"

namespace gradzoo {
namespace {

constexpr size_t kMostFrames = 40;

std::vector<std::uint8_t> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the model showed after each epoch; of a long run so many of them, evenly, that the page stays light.
FilmStrip film_of(const RunDirectory& directory, const DataShape& shape) {
  FilmStrip film{.title = "Epoch by epoch",
                 .caption = "What the model shows after each epoch, from the same random numbers every time.",
                 .snapshots = {},
                 .invert_at_night = !shape.is_image()};
  const std::vector<int64_t> epochs = directory.epochs_with_picture();
  const size_t frames = std::min(epochs.size(), kMostFrames);
  for (size_t i = 0; i < frames; ++i) {
    const size_t at = frames == 1 ? 0 : i * (epochs.size() - 1) / (frames - 1);
    film.snapshots.push_back(
        {fmt::format("epoch {}", epochs[at]), read_bytes(directory.epoch_picture(epochs[at]))});
  }
  return film;
}

std::string with_error(const Quantity& quantity) {
  if (!std::isfinite(quantity.standard_error)) return fmt::format("{:.4g}", quantity.value);
  if (quantity.standard_error < 1e-4)
    return fmt::format("{:.4g} ± {:.0e}", quantity.value, quantity.standard_error);
  // So many decimals that the error has two digits.
  const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(quantity.standard_error))));
  return fmt::format("{:.{}f} ± {:.{}f}", quantity.value, decimals, quantity.standard_error, decimals);
}

std::vector<KeyFigure> figures_of(const FinishedRun& run, const Quantities& validation,
                                  const MetricRows& rows, const std::vector<CurveLevel>& levels) {
  std::vector<KeyFigure> figures;
  figures.reserve(validation.size() + 2);
  for (const Quantity& quantity : validation) {
    figures.push_back(
        {"valid " + metric_name(quantity.name).name, with_error(quantity), quantity.unit, quantity.meaning});
  }
  const MetricInfo& loss = run.session.model->metrics()[0];
  const MetricCurve curve = curve_of(rows, loss.name);
  if (!curve.values.empty()) {
    const MetricName name = metric_name(loss.name);
    figures.push_back(
        {"training " + name.name, fmt::format("{:.4g}", curve.values.back()), name.unit, loss.explanation});
  }
  for (const CurveLevel& level : levels)
    figures.push_back({level.name, fmt::format("{:.2f}", level.value), level.unit, level.meaning});
  return figures;
}

std::vector<ReportPicture> pictures_of(const FinishedRun& run) {
  std::vector<ReportPicture> pictures;
  for (const Picture& picture : run.session.model->pictures(run.session.data.view())) {
    const Image image = draw_picture(picture);
    write_png(run.directory.picture(picture.name), image);
    std::string caption = picture.caption;
    if (!run.session.data.holds_out())
      caption += " (This run trained on all images, so none here is held out.)";
    pictures.push_back(
        {metric_name(picture.name).name, caption, encode_png(image),
         std::holds_alternative<Bars>(picture.content) || std::holds_alternative<Planes>(picture.content)});
  }
  return pictures;
}

std::vector<Term> glossary_of(const FinishedRun& run, const Quantities& validation) {
  std::vector<Term> terms;
  for (const MetricInfo& metric : run.session.model->metrics())
    terms.push_back({metric_name(metric.name).name, metric.explanation});
  for (const Quantity& quantity : validation)
    terms.push_back({"valid " + metric_name(quantity.name).name, quantity.meaning});
  terms.push_back(
      run.session.data.shape().is_image()
          ? Term{"nats per image",
                 "natural logarithms of probability, summed over an image's pixels; 1 nat is 1.44 bits"}
          : Term{"nats", "natural logarithms of probability; 1 nat is 1.44 bits"});
  terms.push_back(
      {"±", "standard error of a mean over the examples: chance alone moves the number by about so much"});
  return terms;
}

std::vector<Fact> facts_of(const FinishedRun& run, const MetricRows& rows) {
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
  facts.push_back({"threads", fmt::format("{}", kernels::threads())});
  facts.push_back({"OpenBLAS kernel", kernels::blas_kernel()});
  facts.push_back({"gradzoo", kVersion});
  return facts;
}

}  // namespace

void write_run_report(const FinishedRun& run) {
  const RunData& data = run.session.data;
  Model& model = *run.session.model;
  const MetricRows rows = read_metrics(run.directory.metrics());
  Quantities validation = data.holds_out() ? model.validate(data.view()) : Quantities{};
  validation.add(run.watched);
  const std::vector<CurveLevel> levels = model.levels(data.view());
  const ModelEntry& entry = run.options.entry();
  Report report;
  report.title = fmt::format("{} on {}", entry.name, data.name());
  report.summary = fmt::format("{} ({})", entry.summary, entry.source);
  report.figures = figures_of(run, validation, rows, levels);
  report.curves = curves_of(run, rows, validation, levels);
  report.reading = model.reading(data.view());
  report.strips = {film_of(run.directory, data.shape())};
  report.pictures = pictures_of(run);
  for (const Option& option : run.options.table().all())
    report.settings.push_back({option.key, option.text(), option.meaning, option.source});
  report.glossary = glossary_of(run, validation);
  report.facts = facts_of(run, rows);
  report.command = repeat_command(run.options, data.shape());
  write_report(run.directory.report(), report);
}

}  // namespace gradzoo
