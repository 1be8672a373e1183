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

/// A comparison of runs of different models on the same data.
namespace gradzoo {

/// Throws Error, which begins with the name of the use, unless all runs learned the same data.
void check_comparable(const std::string& use, const std::vector<std::unique_ptr<OpenedRun>>& runs);

/// The measured results of a run, or the reasons why they do not exist.
struct ComparedRun {
  std::string run, model, data;  // "runs/vae-1", "vae", "mnist"
  std::string caption = {};      // label of its row in a strip: the model, and the run if models repeat
  std::optional<Quantity> density = {};  // the likelihood, a bound, or the distance to a known density
  std::string why_no_density = {};
  std::optional<SampleQuality> quality = {};
  bool binary = false;  // measured with binary images; not comparable with grey images
  std::string why_no_quality = {};
  int64_t parameters = 0;
  double seconds_to_train = 0;  // NaN if the run has no metrics
  double seconds_to_draw = 0;   // time for 100 samples
  Drawing grid = {};
  DataShape shape = {};
  std::string command = {};  // command that repeats the run
};

/// Return the comparison as text with the reasons below or as a JSON array, or write a page with the samples.
std::string comparison_table(const std::vector<ComparedRun>& runs);
nlohmann::ordered_json comparison_json(const std::vector<ComparedRun>& runs);
void write_comparison(const std::string& path, const std::vector<ComparedRun>& runs);
/// Writes a Markdown table with one row per run and its command. If a classifier measured all runs, it also
/// writes a strip of samples per run into files next to the table.
void write_comparison_markdown(const std::string& path, const std::vector<ComparedRun>& runs);

/// True if a classifier measured all runs.
bool all_measured(const std::vector<ComparedRun>& runs);

/// Returns a picture with one row per run: the first sample that the classifier assigns to each class with
/// certainty. All runs must have been measured with a classifier.
Picture strip_of(const std::vector<ComparedRun>& runs);

}  // namespace gradzoo
