#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/models/eval/sample_metrics.h"

/// What samples are measured by.
namespace gradzoo {

/// Why no classifier can know these data, as a clause: "has images without labels"; "" where one can.
std::string lacks_classifier(const DataShape& shape);

/// The classifier of digits that is in the program.
SampleClassifier digits_classifier();

/// The classifier of a run's data: for MNIST the one in the program; for other images one that is trained at
/// the first call, with its progress on `progress`, and kept as a run in the user's cache
/// ($XDG_CACHE_HOME/gradzoo, else ~/.cache/gradzoo) under the first digits of the images' SHA-256. Returns
/// nothing for data that no classifier can know (lacks_classifier), and where `may_train` is false for images
/// whose classifier is not in the cache. All of `processes` make the call. Throws Error if the cache cannot
/// be written.
std::optional<SampleClassifier> own_classifier(const DatasetOptions& options, const RunData& data,
                                               bool may_train, std::FILE* progress,
                                               Processes& processes = this_process());

/// The classifier of another run, to measure what `run` draws. Throws Error where it is none, or of other
/// data.
SampleClassifier classifier_of(std::unique_ptr<OpenedRun> classifier, const OpenedRun& run);

/// What the Frechet distance of a classifier of these data is called: of MNIST "digit-FID", else "class-FID".
std::string frechet_name_of(const std::string& data);

}  // namespace gradzoo
