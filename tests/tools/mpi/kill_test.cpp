#include <random>
#include <string>

#include <doctest/doctest.h>

#include "tools/mpi/mpi_runs.h"

// Whichever process dies, whenever: mpirun ends the others, and the run goes on from its checkpoint.
using namespace gradzoo::test;
namespace fs = std::filesystem;

namespace {

// mpirun gives the others no time to end by themselves.
std::vector<std::string> at_once(std::vector<std::string> words) {
  const std::vector<std::string> option = {"--mca", "odls_base_sigkill_timeout", "0"};
  words.insert(std::ranges::find(words, "--oversubscribe"), option.begin(), option.end());
  return words;
}

TEST_CASE("killed at any point, on any process, a run goes on to the same bytes") {
  const MpiRuns runs;
  const std::string whole = runs.file("whole"), run = runs.file("run");
  const std::string train = shared_training(40) + run;
  runs.finish(0, shared_training(40) + whole);
  std::mt19937 random(7);
  constexpr int kKills = 50;
  bool begun = false;
  int met = 0;  // of them, on the way
  for (int i = 0; i < kKills; ++i) {
    const std::string line = begun ? "train --resume " + run : train;
    Process process(at_once(mpi_words({share_words(2, line)})), runs.folder);
    const int rank = static_cast<int>(random() % 2);
    while (process.running() && !ranks_with(run).contains(rank))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));
    const std::map<int, pid_t> ranks = ranks_with(run);
    if (ranks.contains(rank)) ::kill(ranks.at(rank), SIGKILL);
    met += wait_for_mpirun(process) != 0;
    begun = fs::exists(run + "/config.toml");
    if (!begun) fs::remove_all(run);  // what a killed start left behind
  }
  CHECK(met > kKills / 4);
  runs.finish(2, "train --resume " + run);
  check_same_run(run, whole);
}

}  // namespace
