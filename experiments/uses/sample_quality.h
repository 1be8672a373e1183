#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/training.h"
#include "gradzoo/experiments/uses/classifiers.h"

/// How good a model's samples are, by a classifier of its data.
namespace gradzoo {

/// n samples of a model as they are measured, (n, pixels): within [0,1], and for a model of binary pixels
/// drawn from the probabilities. `labels` and `options` as Model::sample takes them.
Tensor measured_samples(const Model& model, int64_t n, Pixels pixels, Rng& rng, const Tensor& labels = {},
                        const std::vector<std::string>& options = {});

/// The metrics of what a run draws, against real images of a split.
SampleMetrics metrics_of(OpenedRun& run, SampleClassifier classifier, Split split);
/// Of n samples of a run, those that `gradzoo sample` draws. Throws Error where there are not as many real
/// images.
SampleQuality quality_of(const OpenedRun& run, const SampleMetrics& metrics, int64_t n);

/// What a row or a chart asks of quality_numbers.
inline constexpr QuantityInfo kConfidentShare{"confident_share", ""},
    kCalledAsAsked{"called_as_asked_share", ""}, kFrechetDistance{"frechet_distance", ""};
/// Its numbers under their names.
Quantities quality_numbers(const SampleQuality& quality);

/// What can be said of samples without a classifier: how near the training images are, to samples and to as
/// many real images. A line of text each and JSON.
struct NearestReport {
  int64_t samples, real;
  NearestStatistics of_samples, of_real;
};
NearestReport nearest_report(OpenedRun& run, int64_t n, Split split);
Quantities nearest_numbers(const NearestReport& report);
/// A sentence where samples lie nearer to training images than real ones do by half or more: the model has
/// learned them by heart, and repeats them. "" where they do not.
std::string learned_by_heart(const Estimate& samples_median, const Estimate& real_median);

/// What a classifier says of a run's samples, and of as many real images of its data.
struct QualityReport {
  std::string run;                     // its path
  std::string samples_of, classifier;  // "runs/vae-1: vae at step 5500 on mnist"
  Split split;                         // the real images'
  bool binary;
  SampleQuality samples, real, training;
  double called_right = std::nan("");  // share of the split's images that the classifier calls by their label
};
/// The default of -n: `usual`, or the number of real images if that is smaller.
int64_t samples_to_measure(OpenedRun& run, Split split, int64_t usual);
/// Measures n samples of `run`, and n images of its `split` and of those that it trained on, evenly spread.
QualityReport quality_report(OpenedRun& run, SampleClassifier classifier, int64_t n, Split split);
/// The same as text and as JSON.
std::string quality_table(const QualityReport& report);
nlohmann::ordered_json quality_json(const QualityReport& report);

/// A few numbers of few images, quickly.
Quantities quick_quality(const SampleMetrics& metrics, const Tensor& images);
/// Watches a model's samples while it trains, where its data have a classifier at hand: quality over time,
/// which a loss does not tell. Each tenth of the run and at its end.
SampleWatch watch_samples(const RunOptions& options, Session& session);

}  // namespace gradzoo
