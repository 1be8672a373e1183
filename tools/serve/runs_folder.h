#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/experiments/run_directory.h"
#include "tools/serve/watched_metrics.h"

namespace gradzoo {

/// The runs below a folder, read only. A run's name is its path below the folder, with at most three parts.
/// No name leads out of the folder, and no link is followed. Many threads call it.
class RunsFolder {
 public:
  /// Throws Error if the folder does not exist.
  explicit RunsFolder(const std::string& path);

  const std::string& path() const { return path_; }
  /// Returns the folders that have a config.toml, sorted; the folder itself is ".".
  std::vector<std::string> names() const;
  /// Throws Error if the name is not among names(), or if its folder is not a run.
  RunDirectory run(const std::string& name) const;
  /// Returns metrics.jsonl, thinned to thousands of rows. Throws Error as run() and WatchedMetrics do.
  std::shared_ptr<const RunMetrics> metrics(const std::string& name) const;
  /// Returns {"runs": [{"name", "model", "version", "settings": [[key, value]], "points": true for a toy,
  /// "training", "step", "epoch", "seconds", "last": {metric: value}, "pictures": [file], "report"}],
  /// "left_out"}. A run that cannot be read has "problem", one sentence. If there are more than 500 runs, the
  /// list has the ones that changed last, and "left_out" is the number of the others.
  nlohmann::json description() const;
  /// Returns the run's report.html. Throws Error if it has none.
  std::string report(const std::string& name) const;
  /// Returns the bytes of one of the run's pictures. Throws Error if it has no such picture.
  std::string picture(const std::string& name, const std::string& file) const;

 private:
  nlohmann::json describe(const std::string& name) const;
  RunDirectory directory(const std::string& name) const;

  std::string path_;
  mutable WatchedMetrics watched_;
};

}  // namespace gradzoo
