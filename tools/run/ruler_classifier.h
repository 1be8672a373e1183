#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "models/classifier/classifier.h"
#include "tools/run/saved_run.h"

namespace gradzoo {

/// What samples are measured by.
struct RulerClassifier {
  std::shared_ptr<Classifier> classifier;
  std::string told;  // "the program's own classifier of digits"
};

/// Which data have a classifier of their own: MNIST's digits, whose weights are in the program, and Fashion-
/// MNIST.
bool has_own_classifier(const DatasetOptions& data);
/// That classifier. Fashion-MNIST's is trained when it is first asked for, which `progress` tells of, and
/// kept as a run in the user's cache ($XDG_CACHE_HOME/gradzoo, else ~/.cache/gradzoo); where `may_train` is
/// false it is not, and there may be none. Throws Error where there is no place for it.
std::optional<RulerClassifier> own_classifier(const DatasetOptions& data, bool may_train,
                                              std::FILE* progress);

/// The classifier of another run, to measure what `run` draws. Throws Error where it is none, or of other
/// data.
RulerClassifier classifier_of(std::unique_ptr<SavedRun> classifier, const SavedRun& run);

}  // namespace gradzoo
