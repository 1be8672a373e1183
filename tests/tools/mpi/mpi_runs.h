#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "runs/resumed_runs.h"

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

/// The processes of this machine.
inline std::vector<pid_t> all_process_ids() {
  std::vector<pid_t> ids;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos) ids.push_back(std::stoi(name));
  }
  return ids;
}

/// The processes of gradzoo-mpi with `mark` among their words, by rank.
inline std::map<int, pid_t> ranks_with(const std::string& mark) {
  std::map<int, pid_t> ranks;
  for (const pid_t id : all_process_ids()) {
    const std::string folder = fmt::format("/proc/{}", id), words = read_file(folder + "/cmdline");
    const std::string program = words.substr(0, words.find('\0'));
    if (!program.ends_with("gradzoo-mpi") || words.find(mark) == std::string::npos) continue;
    const std::string variables = read_file(folder + "/environ");
    const std::string name = "OMPI_COMM_WORLD_RANK=";
    const size_t at = variables.find(name);
    if (at != std::string::npos) ranks[std::stoi(variables.substr(at + name.size()))] = id;
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

/// Whether any process that `parent` started lives.
inline bool has_living_children(pid_t parent) {
  for (const pid_t id : all_process_ids()) {
    const std::string words = read_file(fmt::format("/proc/{}/stat", id));  // "12 (name) S 11 ..."
    const size_t name_end = words.rfind(')');
    if (name_end == std::string::npos || name_end + 3 >= words.size()) continue;
    std::istringstream rest(words.substr(name_end + 1));
    char state = 0;
    pid_t its_parent = 0;
    if (rest >> state >> its_parent && its_parent == parent && state != 'Z') return true;
  }
  return false;
}

/// Waits for mpirun's end. That of Debian 12 may lock itself, in PMIx_server_finalize, when a process was
/// killed and all have ended: so it is killed after 20 seconds without any. As long as one lives, it waits.
inline int wait_for_mpirun(Process& mpirun) {
  constexpr int kMostChecks = 100;
  for (int without = 0; mpirun.running() && without < kMostChecks; ++without) {
    std::this_thread::sleep_for(std::chrono::milliseconds(without == 0 ? 50 : 200));
    if (has_living_children(mpirun.id())) without = -1;
  }
  if (mpirun.running()) mpirun.signal(SIGKILL);
  return mpirun.wait();
}

/// mpirun to its end.
inline ProcessResult run_mpirun(const std::vector<std::string>& words, const std::string& folder) {
  Process mpirun(words, folder);
  const int status = wait_for_mpirun(mpirun);
  return {status, mpirun.out(), mpirun.err()};
}

/// Runs that processes share, on small data.
struct MpiRuns {
  ScratchDirectory scratch;
  std::string folder = scratch.file("");

  MpiRuns() { write_small_dataset(scratch.file("data"), 480, 40, 8); }
  std::string file(const std::string& name) const { return scratch.file(name); }

  ProcessResult share(int count, const std::string& line, const std::vector<std::string>& before = {}) const {
    return run_mpirun(mpi_words({share_words(count, line, before)}), folder);
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
