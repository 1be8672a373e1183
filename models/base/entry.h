#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/base/model.h"
#include "models/base/settings.h"

namespace gradzoo {

/// What a model can learn from.
enum class DataKind { any, images, points };

/// One line of the list: how a model is called, set up and made.
struct ModelEntry {
  std::string name;
  std::string summary;  // one line
  std::string source;   // paper
  /// The model's own settings with their defaults, shown after those of every run. One named `pixels` says
  /// what a batch's bytes become; without it they are grey.
  std::vector<Setting> (*settings)();
  /// Completes settings that depend on others, e.g. an architecture's sizes; throws Error for combinations
  /// that make no sense. Not null.
  void (*resolve)(Settings& settings);
  std::unique_ptr<Model> (*create)(const Settings& settings, const DataShape& shape);
  DataKind data = DataKind::any;
  /// What target() gives Markov chains to walk on, e.g. "score" or "log-density with net=energy, else score";
  /// "" where it gives nothing.
  std::string walks_on = "";
};

}  // namespace gradzoo
