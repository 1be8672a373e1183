#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/uses/comparison.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "plot/pages/report.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

const std::string kNone = "-";

std::string seconds(double s) { return std::isfinite(s) ? fmt::format("{:.3g}", s) : kNone; }

std::string density_text(const ComparedRun& run) {
  if (!run.density) return kNone;
  return fmt::format("{} {} ({})", with_error({run.density->value, run.density->error}), run.density->unit,
                     run.density->density_kind);
}

Row columns(const std::string& frechet_name) {
  return {"run",        "model",      "density",      frechet_name, "KID", fmt::format("p > {}", kConfident),
          "parameters", "s to train", "s to draw 100"};
}

std::string frechet_name(const std::vector<ComparedRun>& runs) { return frechet_name_of(runs.front().data); }

Row row_of(const ComparedRun& run) {
  const auto quality = [&](auto words) { return run.quality ? words(*run.quality) : kNone; };
  return {printable(run.run),
          run.model + (run.binary ? ", binary" : ""),
          density_text(run),
          quality([](const SampleQuality& m) { return with_error(m.frechet); }),
          quality([](const SampleQuality& m) { return m.kernel ? with_error(*m.kernel) : kNone; }),
          quality([](const SampleQuality& m) { return with_error(m.statistics.confident); }),
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
    if (!run.quality)
      notes.push_back(
          fmt::format("{}: no {}: {}", printable(run.run), frechet_name(runs), run.why_no_quality));
    if (run.quality && !run.quality->kernel)
      notes.push_back(fmt::format("{}: no KID: {} samples are fewer than two blocks of 50",
                                  printable(run.run), run.quality->statistics.count));
    if (run.binary)
      notes.push_back(fmt::format(
          "{}: measured with binary images, so its numbers are not comparable with results on grey images",
          printable(run.run)));
    if (!std::isfinite(run.seconds_to_train))
      notes.push_back(fmt::format("{}: its metrics have no training time", printable(run.run)));
  }
  const auto with_quality =
      std::ranges::find_if(runs, [](const auto& run) { return run.quality.has_value(); });
  if (with_quality != runs.end())
    notes.push_back(
        fmt::format("{} compares {} samples with the test images; compare only values with equal counts",
                    frechet_name(runs), with_quality->quality->statistics.count));
  return notes;
}

}  // namespace

std::string comparison_table(const std::vector<ComparedRun>& runs) {
  std::vector<Row> rows = {columns(frechet_name(runs))};
  for (const ComparedRun& run : runs) rows.push_back(row_of(run));
  std::string out = text_columns(rows, "");
  out += "\n";
  for (const std::string& note : notes_of(runs)) out += note + "\n";
  return out;
}

Json comparison_json(const std::vector<ComparedRun>& runs) {
  Json all = Json::array();
  for (const ComparedRun& run : runs) {
    Json object{{"run", run.run},
                {"model", run.model},
                {"parameters", run.parameters},
                {"seconds_to_train", nullptr},
                {"seconds_to_draw_100", run.seconds_to_draw}};
    if (std::isfinite(run.seconds_to_train)) object["seconds_to_train"] = run.seconds_to_train;
    if (run.density) {
      object["density"] = {{"name", run.density->name},         {"value", run.density->value},
                           {"standard_error", nullptr},         {"unit", run.density->unit},
                           {"kind", run.density->density_kind}, {"trusted", run.density->trusted}};
      if (std::isfinite(run.density->error)) object["density"]["standard_error"] = run.density->error;
    } else {
      object["why_no_density"] = run.why_no_density;
    }
    if (run.quality) {
      object["samples"] = run.quality->statistics.count;
      object["binary"] = run.binary;
      add_numbers(object, quality_numbers(*run.quality));
    } else {
      object["why_no_ruler"] = run.why_no_quality;
    }
    all.push_back(std::move(object));
  }
  return all;
}

void write_comparison(const std::string& path, const std::vector<ComparedRun>& runs) {
  Report report;
  report.title = fmt::format("{} runs on {}", runs.size(), runs.front().data);
  report.summary = fmt::format(
      "Comparison on the test set. Lower {} and KID are better; ± is a standard error.", frechet_name(runs));
  if (all_measured(runs)) {
    const Picture strip = strip_of(runs);
    report.pictures.push_back(
        {.title = "side by side", .caption = strip.caption, .drawing = draw_picture(strip)});
  }
  ReportTable table{.columns = columns(frechet_name(runs)), .rows = {}, .notes = notes_of(runs)};
  for (const ComparedRun& run : runs) {
    table.rows.push_back(row_of(run));
    report.pictures.push_back(
        {.title = run.run, .caption = fmt::format("{}: samples.", run.model), .drawing = run.grid});
  }
  report.tables.push_back(std::move(table));
  write_report(path, report);
}

namespace {

std::string cell(const Estimate& e) { return with_error(e); }

std::string likelihood_cell(const ComparedRun& run) {
  if (!run.density) return "none";
  return fmt::format("{}: {} {}", run.density->density_kind, cell({run.density->value, run.density->error}),
                     run.density->unit);
}

std::string minutes_cell(double seconds) {
  if (!std::isfinite(seconds)) return "";
  return seconds < 600 ? fmt::format("{:.1f}", seconds / 60) : fmt::format("{:.0f}", seconds / 60);
}

std::string table_of(const std::vector<ComparedRun>& runs, const std::vector<std::string>& pictures) {
  std::string out = fmt::format(
      "| model | samples | likelihood | {} | sure | minutes | command "
      "|\n|---|---|---|--:|--:|--:|---|\n",
      frechet_name(runs));
  for (size_t i = 0; i < runs.size(); ++i) {
    const ComparedRun& run = runs[i];
    out += fmt::format("| {}{} | {} | {} | {} | {} | {} | `{}` |\n", run.model, run.binary ? ", binary" : "",
                       pictures.empty() ? "" : fmt::format("![{}]({})", run.model, pictures[i]),
                       likelihood_cell(run), run.quality ? cell(run.quality->frechet) : "",
                       run.quality ? fmt::format("{:.2f}", run.quality->statistics.confident.value) : "",
                       minutes_cell(run.seconds_to_train), run.command);
  }
  return out;
}

}  // namespace

void write_comparison_markdown(const std::string& path, const std::vector<ComparedRun>& runs) {
  const std::filesystem::path page(path);
  std::vector<std::string> pictures, inputs;
  std::vector<Output> outputs;
  for (size_t i = 0; i < runs.size(); ++i) {
    inputs.push_back(runs[i].run);
    if (!all_measured(runs)) continue;
    pictures.push_back(fmt::format("{}-{}-{}.png", page.stem().string(), i + 1, runs[i].model));
    outputs.push_back({"--markdown", (page.parent_path() / pictures.back()).string()});
  }
  check_outputs("compare", outputs, inputs);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor row = as_examples(runs[i].quality->one_each, runs[i].shape);
    write_drawing(outputs[i].path, draw_picture({runs[i].model, "", ImageGrid{row, row.dim(0)}}));
  }
  const std::string text = table_of(runs, pictures);
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace gradzoo
