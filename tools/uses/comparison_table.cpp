#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tools/report/report.h"
#include "tools/run/draw_picture.h"
#include "tools/uses/comparison.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

const std::string kNone = "-";

std::string with_error(const Estimate& e) {
  return fmt::format("{:.4g} +- {:.2g}", e.value, e.standard_error);
}

std::string seconds(double s) { return std::isfinite(s) ? fmt::format("{:.3g}", s) : kNone; }

std::string density_text(const ComparedRun& run) {
  if (!run.density) return kNone;
  const Estimate e{run.density->value, run.density->error};
  const std::string number = std::isfinite(e.standard_error) ? with_error(e) : fmt::format("{:.4g}", e.value);
  return fmt::format("{} {} ({})", number, run.density->unit, run.density->density_kind);
}

Row columns() {
  return {"run",        "model",      "density",      "digit-FID", "KID", fmt::format("p > {}", kConfident),
          "parameters", "s to train", "s to draw 100"};
}

Row row_of(const ComparedRun& run) {
  const auto ruler = [&](auto words) { return run.ruler ? words(*run.ruler) : kNone; };
  return {printable(run.run),
          run.model + (run.binary ? ", binary" : ""),
          density_text(run),
          ruler([](const RulerMeasure& m) { return with_error(m.frechet); }),
          ruler([](const RulerMeasure& m) { return m.kernel ? with_error(*m.kernel) : kNone; }),
          ruler([](const RulerMeasure& m) { return with_error(m.reading.confident); }),
          fmt::format("{}", run.parameters),
          seconds(run.seconds_to_train),
          seconds(run.seconds_to_draw)};
}

// Why a number is missing, or does not compare.
std::vector<std::string> notes_of(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> notes;
  for (const ComparedRun& run : runs) {
    if (!run.density && !run.why_no_density.empty())
      notes.push_back(fmt::format("{}: no density: {}", printable(run.run), run.why_no_density));
    if (!run.ruler)
      notes.push_back(fmt::format("{}: no digit-FID: {}", printable(run.run), run.why_no_ruler));
    if (run.ruler && !run.ruler->kernel)
      notes.push_back(fmt::format("{}: no KID: {} samples make no two blocks of 50", printable(run.run),
                                  run.ruler->reading.count));
    if (run.binary)
      notes.push_back(
          fmt::format("{}: measured against binary images, which is another scale", printable(run.run)));
    if (!std::isfinite(run.seconds_to_train))
      notes.push_back(fmt::format("{}: its metrics do not tell the seconds", printable(run.run)));
  }
  const auto with_ruler = std::ranges::find_if(runs, [](const auto& run) { return run.ruler.has_value(); });
  if (with_ruler != runs.end())
    notes.push_back(
        fmt::format("digit-FID is of {} samples against the test images: compare equal counts alone",
                    with_ruler->ruler->reading.count));
  return notes;
}

}  // namespace

std::string comparison_table(const std::vector<ComparedRun>& runs) {
  std::vector<Row> rows = {columns()};
  for (const ComparedRun& run : runs) rows.push_back(row_of(run));
  std::string out = text_columns(rows, "");
  out += "\n";
  for (const std::string& note : notes_of(runs)) out += note + "\n";
  return out;
}

std::string comparison_json(const std::vector<ComparedRun>& runs) {
  Json all = Json::array();
  for (const ComparedRun& run : runs) {
    Json object{{"run", run.run},
                {"model", run.model},
                {"parameters", run.parameters},
                {"seconds_to_train", nullptr},
                {"seconds_to_draw_100", run.seconds_to_draw}};
    if (std::isfinite(run.seconds_to_train)) object["seconds_to_train"] = run.seconds_to_train;
    if (run.density) {
      object["density"] = {{"name", run.density->name},
                           {"value", run.density->value},
                           {"standard_error", nullptr},
                           {"unit", run.density->unit},
                           {"kind", run.density->density_kind}};
      if (std::isfinite(run.density->error)) object["density"]["standard_error"] = run.density->error;
    } else {
      object["why_no_density"] = run.why_no_density;
    }
    if (run.ruler) {
      object["samples"] = run.ruler->reading.count;
      object["binary"] = run.binary;
      object["frechet_distance"] = run.ruler->frechet.value;
      object["frechet_distance_standard_error"] = run.ruler->frechet.standard_error;
      if (run.ruler->kernel) object["kernel_distance"] = run.ruler->kernel->value;
      object["confident_share"] = run.ruler->reading.confident.value;
    } else {
      object["why_no_ruler"] = run.why_no_ruler;
    }
    all.push_back(std::move(object));
  }
  return all.dump();
}

void write_comparison(const std::string& path, const std::vector<ComparedRun>& runs) {
  Report report;
  report.title = fmt::format("{} runs on {}", runs.size(), runs.front().data);
  report.summary =
      "Side by side, on the test set: lower digit-FID and KID are better, +- is a standard error.";
  if (all_have_ruler(runs)) {
    const Picture strip = strip_of(runs);
    report.pictures.push_back(
        {.title = "side by side", .caption = strip.caption, .png = encode_png(draw_picture(strip))});
  }
  ReportTable table{.columns = columns(), .rows = {}, .notes = notes_of(runs)};
  for (const ComparedRun& run : runs) {
    table.rows.push_back(row_of(run));
    report.pictures.push_back(
        {.title = run.run, .caption = fmt::format("{}: samples.", run.model), .png = encode_png(run.grid)});
  }
  report.tables.push_back(std::move(table));
  write_report(path, report);
}

}  // namespace gradzoo
