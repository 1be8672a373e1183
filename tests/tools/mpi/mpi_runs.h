#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tools/resumed_runs.h"

/// Programs that mpirun starts.
namespace gradzoo::test {

inline std::string mpi_program() { return binary_dir() + "/gradzoo-mpi"; }

/// `mpirun`'s words for processes of one machine, whoever calls it, with as many as there are cores or more.
inline std::vector<std::string> mpirun_words() {
  return {"/usr/bin/env", "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "mpirun",
          "--oversubscribe"};
}

/// Several programs of one mpirun, each `-n N program arguments...`; a shell's words where it is quoted by
/// one.
inline std::vector<std::string> mpi_words(const std::vector<std::vector<std::string>>& programs) {
  std::vector<std::string> words = mpirun_words();
  for (const std::vector<std::string>& program : programs) {
    if (&program != programs.data()) words.emplace_back(":");
    words.insert(words.end(), program.begin(), program.end());
  }
  return words;
}

/// `count` processes of gradzoo-mpi with the words of a line; `before` stands before the program.
inline std::vector<std::string> share_words(int count, const std::string& line,
                                            const std::vector<std::string>& before = {}) {
  std::vector<std::string> words = {"-n", std::to_string(count)};
  words.insert(words.end(), before.begin(), before.end());
  words.push_back(mpi_program());
  const std::vector<std::string> arguments = words_of(line);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

/// The processes of gradzoo-mpi with `mark` among their words, by rank.
inline std::map<int, pid_t> ranks_with(const std::string& mark) {
  std::map<int, pid_t> ranks;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string id = entry.path().filename().string();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string words = read_file(entry.path().string() + "/cmdline");
    const std::string program = words.substr(0, words.find('\0'));
    if (!program.ends_with("gradzoo-mpi") || words.find(mark) == std::string::npos) continue;
    const std::string variables = read_file(entry.path().string() + "/environ");
    const std::string name = "OMPI_COMM_WORLD_RANK=";
    const size_t at = variables.find(name);
    if (at != std::string::npos) ranks[std::stoi(variables.substr(at + name.size()))] = std::stoi(id);
  }
  return ranks;
}

/// A training of four shards, into ...
inline std::string shared_training(int epochs) {
  return fmt::format(
      "train vae --data data --batch 16 --epochs {} --set shards=4 --set hidden=16 --set latent=3 "
      "--set prior=normal --checkpoint-every 5 --out ",
      epochs);
}
inline const std::string kShared = shared_training(3);

/// Runs that processes share, on small data.
struct MpiRuns {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");

  MpiRuns() { write_small_dataset(scratch.file("data"), 480, 40, 8); }
  std::string file(const std::string& name) const { return scratch.file(name); }

  ProcessResult share(int count, const std::string& line, const std::vector<std::string>& before = {}) const {
    return run_process(mpi_words({share_words(count, line, before)}), folder);
  }
  void finish(int count, const std::string& line) const {
    const ProcessResult result = count == 0 ? run_gradzoo(line, folder) : share(count, line);
    REQUIRE_MESSAGE(result.status == 0, result.err);
  }
  /// A run that one process made.
  std::string whole() const {
    finish(0, kShared + "whole");
    return file("whole");
  }
};

}  // namespace gradzoo::test
