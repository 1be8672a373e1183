#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/training.h"
#include "gradzoo/experiments/uses/classifiers.h"

/// The quality of a model's samples, measured with a classifier of its data.
namespace gradzoo {

/// Returns n samples of a model in the form that the metrics need, (n, pixels) in [0, 1]; binary pixels are
/// drawn from their probabilities. `labels` and `options` are those of Model::sample().
Tensor measured_samples(const Model& model, int64_t n, Pixels pixels, Rng& rng, const Tensor& labels = {},
                        const std::vector<std::string>& options = {});

/// Returns the metrics that compare a run's samples with the real images of a split.
SampleMetrics metrics_of(OpenedRun& run, SampleClassifier classifier, Split split);
/// Returns the quality of n samples of a run, which are the samples of `gradzoo sample`. Throws Error if
/// there are fewer than n real images.
SampleQuality quality_of(const OpenedRun& run, const SampleMetrics& metrics, int64_t n);

/// Names of the quality_numbers() that tables and charts use.
inline constexpr QuantityInfo kConfidentShare{"confident_share", ""},
    kCalledAsAsked{"called_as_asked_share", ""}, kFrechetDistance{"frechet_distance", ""};
/// Returns the quality as named numbers.
Quantities quality_numbers(const SampleQuality& quality);

/// Distances to the nearest training image, from samples and as many real images, without a classifier.
struct NearestReport {
  int64_t samples, real;
  NearestStatistics of_samples, of_real;
};
NearestReport nearest_report(OpenedRun& run, int64_t n, Split split);
Quantities nearest_numbers(const NearestReport& report);
/// Returns a warning if the median distance of samples to training images is at most half that of real
/// images: the model has memorised training images. Otherwise returns "".
std::string learned_by_heart(const Estimate& samples_median, const Estimate& real_median);

/// The quality of a run's samples and of as many real images, measured with a classifier.
struct QualityReport {
  std::string run;                     // path of the run
  std::string samples_of, classifier;  // "runs/vae-1: vae at step 5500 on mnist"
  Split split;                         // split of the real images
  bool binary;
  SampleQuality samples, real, training;
  double called_right = std::nan("");  // classifier's accuracy on the split
};
/// Returns the default of -n: `usual`, or the number of real images if that is smaller.
int64_t samples_to_measure(OpenedRun& run, Split split, int64_t usual);
/// Measures n samples of `run`, n images of `split` and n training images; the images are evenly spaced.
QualityReport quality_report(OpenedRun& run, SampleClassifier classifier, int64_t n, Split split);
/// Return the report as text and as JSON.
std::string quality_table(const QualityReport& report);
nlohmann::ordered_json quality_json(const QualityReport& report);

/// Returns a few quality numbers of few images; it is fast.
Quantities quick_quality(const SampleMetrics& metrics, const Tensor& images);
/// Returns a watch that measures the quality of samples during training, after each tenth of the run and at
/// its end. The watch is empty if no classifier of the data is available.
SampleWatch watch_samples(const RunOptions& options, Session& session);

}  // namespace gradzoo
