#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tools/resumed_runs.h"

/// Programs that mpirun starts.
namespace gradzoo::test {

inline std::string mpi_program() { return binary_dir() + "/gradzoo-mpi"; }

/// Programs of one mpirun, each `-n N program arguments...`, on one machine, whoever calls it, with as many
/// processes as there are cores or more. `options` are mpirun's.
inline std::vector<std::string> mpi_words(const std::vector<std::vector<std::string>>& programs,
                                          const std::string& options = "") {
  std::vector<std::string> words = words_of(
      "/usr/bin/env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe " +
      options);
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

/// The processes that `parent` started and that live.
inline std::vector<pid_t> living_children(pid_t parent) {
  std::vector<pid_t> ids;
  std::error_code ended;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", parent), ended)) {
    std::istringstream children(read_file(task.path() / "children"));
    for (pid_t id = 0; children >> id;) {
      const std::string stat = read_file(fmt::format("/proc/{}/stat", id));  // "12 (name) S 11 ..."
      if (!stat.empty() && stat.find(") Z ") == std::string::npos) ids.push_back(id);
    }
  }
  return ids;
}

/// The process of that rank; 0 where there is none.
inline pid_t process_of_rank(const Process& mpirun, int rank) {
  const std::string variable = fmt::format("OMPI_COMM_WORLD_RANK={}", rank);
  for (const pid_t id : living_children(mpirun.id()))
    if (contains(read_file(fmt::format("/proc/{}/environ", id)), variable + '\0')) return id;
  return 0;
}

/// A training of four shards, into ...
inline std::string shared_training(int epochs) {
  return fmt::format(
      "train vae --data data --batch 16 --epochs {} --set shards=4 --set hidden=16 --set latent=3 "
      "--set prior=normal --checkpoint-every 5 --out ",
      epochs);
}
inline const std::string kShared = shared_training(3);

/// Waits for mpirun's end. That of Debian 12 may lock itself, in PMIx_server_finalize, when a process was
/// killed and all have ended: so it is killed after 20 seconds without any. As long as one lives, it waits.
inline int wait_for_mpirun(Process& mpirun) {
  constexpr int kMostChecks = 100;
  for (int without = 0; mpirun.running() && without < kMostChecks; ++without) {
    std::this_thread::sleep_for(std::chrono::milliseconds(without == 0 ? 50 : 200));
    if (!living_children(mpirun.id()).empty()) without = -1;
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

  ProcessResult share(int count, const std::string& line, const std::string& options = "") const {
    return run_mpirun(mpi_words({share_words(count, line)}, options), folder);
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
