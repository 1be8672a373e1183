#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/pictures/picture.h"
#include "tools/plot/image.h"
#include "tools/run/ruler.h"

/// Runs of different models on the same data, side by side.
namespace gradzoo {

/// What is measured of a run. Where a number does not exist, a reason stands in its place.
struct ComparedRun {
  std::string run, model, data;          // "runs/vae-1", "vae", "mnist"
  std::optional<Quantity> density = {};  // the likelihood, or a bound, or the distance to a known truth
  std::string why_no_density = {};
  std::optional<RulerMeasure> ruler = {};
  bool binary = false;  // measured against binary images: no number of the ruler compares with grey ones
  std::string why_no_ruler = {};
  int64_t parameters = 0;
  double seconds_to_train = 0;  // NaN where the run does not tell
  double seconds_to_draw = 0;   // 100 samples
  Image grid = {};
  DataShape shape = {};
  std::string command = {};  // that repeats the run
};

struct CompareRequest {
  std::vector<std::string> runs;
  std::string classifier = {};  // a run to measure images by; "": the data's own
  int64_t samples = 1000;       // that the ruler measures
  bool strip = false;           // whether strip_of is wanted: refused at once where it cannot be
};

/// Opens and measures every run on the test split. Throws Error where they learned different data, or one
/// draws no samples; `progress` may be null.
std::vector<ComparedRun> compare_runs(const CompareRequest& request, std::FILE* progress);

/// As text with its reasons below, as one JSON array, as a page with the grids.
std::string comparison_table(const std::vector<ComparedRun>& runs);
std::string comparison_json(const std::vector<ComparedRun>& runs);
void write_comparison(const std::string& path, const std::vector<ComparedRun>& runs);
/// As a table for a page of Markdown, a line a run with its command; with a strip of samples each, as files
/// beside it, where all were measured by a classifier.
void write_comparison_markdown(const std::string& path, const std::vector<ComparedRun>& runs);

/// Whether a classifier measured all of them.
bool all_have_ruler(const std::vector<ComparedRun>& runs);

/// A row a run, each measured by a classifier: of its samples the first that it calls 0, 1, ... for sure.
Picture strip_of(const std::vector<ComparedRun>& runs);

}  // namespace gradzoo
