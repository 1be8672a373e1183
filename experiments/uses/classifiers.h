#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/eval/sample_metrics.h"

/// Classifiers that measure samples.
namespace gradzoo {

/// Returns why these data cannot have a classifier: "has images without labels"; "" if they can.
std::string lacks_classifier(const DataShape& shape);

/// Returns the digit classifier that is part of the program.
SampleClassifier digits_classifier();

/// Returns the classifier of a run's data. For MNIST it is part of the program. For other images it is
/// trained at the first call, with progress lines on `progress`, and stored as a run in the user's cache
/// ($XDG_CACHE_HOME/gradzoo, else ~/.cache/gradzoo) under the first digits of the images' SHA-256. Returns
/// nothing if the data cannot have a classifier (lacks_classifier), or if the classifier is not in the cache
/// and `may_train` is false. It is a collective call. Throws Error if the cache cannot be written.
std::optional<SampleClassifier> own_classifier(const DatasetOptions& options, const RunData& data,
                                               bool may_train, std::FILE* progress,
                                               Processes& processes = this_process());

/// Returns the classifier of the run `classifier`, which measures samples of `run`. Throws Error if it is not
/// a classifier, or learned other data.
SampleClassifier classifier_of(std::unique_ptr<OpenedRun> classifier, const OpenedRun& run);

/// Returns the name of the Frechet distance of these data: "digit-FID" for MNIST, otherwise "class-FID".
std::string frechet_name_of(const std::string& data);

}  // namespace gradzoo
