#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/runs/run_directory.h"

namespace gradzoo {

/// Runs that lie below a folder, read only. A run's name is its path below the folder; nothing is opened but
/// what the folder lists under that name, so a name from outside leads nowhere else.
class RunsFolder {
 public:
  /// Throws Error where there is no such folder.
  explicit RunsFolder(const std::string& path);

  const std::string& path() const { return path_; }
  /// The folders that hold a config.toml, at most three deep and 500 of them, sorted; the folder itself is
  /// ".". Links are not followed.
  std::vector<std::string> names() const;
  /// Throws Error for a name that is not among names(), and for a folder that is no run.
  RunDirectory run(const std::string& name) const;
  /// {"name", "model", "version", "settings": [[key, value]], "points": learns a toy, "training", "step",
  /// "epoch", "seconds", "last": {metric: value}, "pictures": [file], "report"} of each run; "problem", one
  /// sentence, where it cannot be read.
  nlohmann::json description() const;
  /// Its report.html. Throws Error where it has none.
  std::string report(const std::string& name) const;
  /// The bytes of one of its pictures. Throws Error where the run has none of that name.
  std::string picture(const std::string& name, const std::string& file) const;

 private:
  std::string path_;
};

}  // namespace gradzoo
