#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "base/atomic_file.h"
#include "models/pictures/image_pictures.h"
#include "tools/run/draw_picture.h"
#include "tools/uses/comparison.h"

namespace gradzoo {
namespace {

std::string cell(const Estimate& e) {
  return std::isfinite(e.standard_error) ? fmt::format("{:.4g} ± {:.2g}", e.value, e.standard_error)
                                         : fmt::format("{:.4g}", e.value);
}

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
  std::string out =
      "| model | samples | likelihood | digit-FID | sure | minutes | command "
      "|\n|---|---|---|--:|--:|--:|---|\n";
  for (size_t i = 0; i < runs.size(); ++i) {
    const ComparedRun& run = runs[i];
    out += fmt::format("| {}{} | {} | {} | {} | {} | {} | `{}` |\n", run.model, run.binary ? ", binary" : "",
                       pictures.empty() ? "" : fmt::format("![{}]({})", run.model, pictures[i]),
                       likelihood_cell(run), run.ruler ? cell(run.ruler->frechet) : "",
                       run.ruler ? fmt::format("{:.2f}", run.ruler->reading.confident.value) : "",
                       minutes_cell(run.seconds_to_train), run.command);
  }
  return out;
}

}  // namespace

void write_comparison_markdown(const std::string& path, const std::vector<ComparedRun>& runs) {
  const std::filesystem::path page(path);
  std::vector<std::string> pictures;
  for (size_t i = 0; all_have_ruler(runs) && i < runs.size(); ++i) {
    const Tensor row = as_images(runs[i].ruler->one_each, runs[i].shape);
    pictures.push_back(fmt::format("{}-{}-{}.png", page.stem().string(), i + 1, runs[i].model));
    write_png((page.parent_path() / pictures.back()).string(),
              draw_picture({runs[i].model, "", ImageGrid{row, row.dim(0)}}));
  }
  const std::string text = table_of(runs, pictures);
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace gradzoo
