#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "models/eval/sample_metrics.h"
#include "tools/run/opened_run.h"

/// What samples are measured by.
namespace gradzoo {

/// Which data have a classifier of their own: MNIST's digits, whose weights are in the program, and Fashion-
/// MNIST.
bool has_own_classifier(const DatasetOptions& data);
/// That classifier. Fashion-MNIST's is trained when it is first asked for, which `progress` shows, and
/// kept as a run in the user's cache ($XDG_CACHE_HOME/gradzoo, else ~/.cache/gradzoo); where `may_train` is
/// false it is not, and there may be none. Throws Error where there is no place for it.
std::optional<SampleClassifier> own_classifier(const DatasetOptions& data, bool may_train,
                                               std::FILE* progress);

/// The classifier of another run, to measure what `run` draws. Throws Error where it is none, or of other
/// data.
SampleClassifier classifier_of(std::unique_ptr<OpenedRun> classifier, const OpenedRun& run);

/// The user's cache folder: $XDG_CACHE_HOME/gradzoo, else ~/.cache/gradzoo. Throws Error where neither is
/// set.
std::filesystem::path cache_folder();

}  // namespace gradzoo
