#pragma once

#include <cstdint>
#include <string>

#include "models/eval/auroc.h"
#include "tools/plot/image.h"
#include "tools/run/saved_run.h"

/// Images that a run learned held against others, by how little its model expects them: what `gradzoo
/// anomaly` does.
namespace gradzoo {

/// The others, and what is to be known of them.
struct AgainstImages {
  Tensor own, others;  // (n, pixels), (m, pixels): images of the run's kind and others, as training sees them
  std::string told_own, told_others;  // "mnist", "uniform noise"
  std::string remark = "";            // what limits the reading; "" for nothing
};

/// The image sets behind `against`: noise, digit=9, the name or folder of a dataset, or a run of images. At
/// most n of each, from test sets. Throws Error for what is none of these, and for images of another size.
AgainstImages images_against(const SavedRun& run, const std::string& against, int64_t n, uint64_t seed);

/// Whether the path is a run's.
bool is_run(const std::string& path);

/// How well the run's model tells them apart.
struct AnomalyReport {
  std::string statistic;   // what a score is
  Tensor own, others;      // (n), (m) scores: the higher, the less expected
  Estimate area;           // auroc(others, own)
  double caught_at_5 = 0;  // share of the others above the score that 5 % of the own lie above
};
AnomalyReport judge(Model& model, const AgainstImages& images, uint64_t seed);

/// The characteristic, both histograms of scores, and under them the images that were most wrongly judged.
Image anomaly_picture(const AnomalyReport& report, const AgainstImages& images, const DataShape& shape);

}  // namespace gradzoo
