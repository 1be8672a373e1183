#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/experiments/run_directory.h"
#include "tools/serve/watched_metrics.h"

namespace gradzoo {

/// Runs that lie below a folder, read only. A run's name is its path below the folder, at most three names;
/// a name from outside leads nowhere else, and no link is followed. Called by many threads.
class RunsFolder {
 public:
  /// Throws Error where there is no such folder.
  explicit RunsFolder(const std::string& path);

  const std::string& path() const { return path_; }
  /// The folders that hold a config.toml, sorted; the folder itself is ".".
  std::vector<std::string> names() const;
  /// Throws Error for a name that is not among names(), and for a folder that is no run.
  RunDirectory run(const std::string& name) const;
  /// What its metrics.jsonl says, a long one in thousands of rows. Throws Error as run() and WatchedMetrics
  /// do.
  std::shared_ptr<const RunMetrics> metrics(const std::string& name) const;
  /// {"runs": [{"name", "model", "version", "settings": [[key, value]], "points": learns a toy, "training",
  /// "step", "epoch", "seconds", "last": {metric: value}, "pictures": [file], "report"}], "left_out"}:
  /// "problem", one sentence, where a run cannot be read; of more than 500 those that changed last, and how
  /// many others there are.
  nlohmann::json description() const;
  /// Its report.html. Throws Error where it has none.
  std::string report(const std::string& name) const;
  /// The bytes of one of its pictures. Throws Error where the run has none of that name.
  std::string picture(const std::string& name, const std::string& file) const;

 private:
  nlohmann::json describe(const std::string& name) const;
  RunDirectory directory(const std::string& name) const;

  std::string path_;
  mutable WatchedMetrics watched_;
};

}  // namespace gradzoo
