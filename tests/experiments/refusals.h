#pragma once

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "experiments/small_runs.h"

/// The command as a process that is given something wrong.
namespace gradzoo::test {

inline std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    files.insert(entry.path().string());
  return files;
}

/// Exit 1, one line on stderr that says all the words, nothing left behind.
inline void check_refused(const std::string& line, const std::string& folder,
                          const std::vector<std::string>& words) {
  const std::set<std::string> before = files_in(folder);
  const ProcessResult result = run_gradzoo(line, folder);
  INFO("gradzoo ", line, " -> ", result.status, ": ", result.err);
  CHECK(result.status == 1);
  CHECK(std::ranges::count(result.err, '\n') == 1);
  CHECK(result.err.starts_with("gradzoo: "));
  for (const std::string& word : words) CHECK_MESSAGE(contains(result.err, word), word);
  CHECK(files_in(folder) == before);
}

inline constexpr const char* kTrain =
    "train vae --threads 1 --data data --set hidden=8 --set latent=2 --batch 20 ";

/// A folder with a small dataset and a finished run of it.
struct SmallRun {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");

  SmallRun() {
    write_small_dataset(scratch.file("data"), 120, 24, 8);
    const ProcessResult trained = run_gradzoo(fmt::format("{}--epochs 2 --out run", kTrain), folder);
    REQUIRE_MESSAGE(trained.status == 0, trained.err);
  }
};

}  // namespace gradzoo::test
