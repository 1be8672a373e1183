#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/plot/drawing.h"
#include "gradzoo/plot/image.h"

/// Runs of different models on the same data, side by side.
namespace gradzoo {

/// Throws Error, which begins with the name of the use, unless all runs learned the same data.
void check_comparable(const std::string& use, const std::vector<std::unique_ptr<OpenedRun>>& runs);

/// What is measured of a run. Where a number does not exist, a reason stands in its place.
struct ComparedRun {
  std::string run, model, data;          // "runs/vae-1", "vae", "mnist"
  std::string caption = {};              // its row in a strip: the model, and the run where two have one
  std::optional<Quantity> density = {};  // the likelihood, or a bound, or the distance to a known truth
  std::string why_no_density = {};
  std::optional<SampleQuality> quality = {};
  bool binary = false;  // measured against binary images: no number of a classifier compares with grey ones
  std::string why_no_quality = {};
  int64_t parameters = 0;
  double seconds_to_train = 0;  // NaN where the run does not tell
  double seconds_to_draw = 0;   // 100 samples
  Drawing grid = {};
  DataShape shape = {};
  std::string command = {};  // that repeats the run
};

/// As text with its reasons below, as one JSON array, as a page with the grids.
std::string comparison_table(const std::vector<ComparedRun>& runs);
nlohmann::ordered_json comparison_json(const std::vector<ComparedRun>& runs);
void write_comparison(const std::string& path, const std::vector<ComparedRun>& runs);
/// As a table for a page of Markdown, a line a run with its command; with a strip of samples each, as files
/// beside it, where all were measured by a classifier.
void write_comparison_markdown(const std::string& path, const std::vector<ComparedRun>& runs);

/// Whether a classifier measured all of them.
bool all_measured(const std::vector<ComparedRun>& runs);

/// A row a run, each measured by a classifier: of its samples the first that it calls 0, 1, ... for sure.
Picture strip_of(const std::vector<ComparedRun>& runs);

}  // namespace gradzoo
