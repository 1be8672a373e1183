#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/experiments/shared_training.h"
#include "gradzoo/experiments/uses/use.h"
#include "tools/gradzoo/commands.h"
#include "tools/mpi/doctor.h"
#include "tools/mpi/mpi_processes.h"

/// gradzoo-mpi: what many processes do together, and what one of them does while the others wait.
namespace {

using namespace gradzoo;

using CommandFunction = std::function<int(const Arguments&)>;

CommandFunction by_the_first(CommandFunction run) {
  return [run = std::move(run)](const Arguments& arguments) {
    if (!all_processes().is_first()) return 0;
    const ProcessesScope alone(this_process());
    return run(arguments);
  };
}

// What mixes rows of all: each must have been asked for the same. What a run is, OpenedRun compares.
CommandFunction by_all_alike(CommandFunction run) {
  return [run = std::move(run)](const Arguments& arguments) {
    check_same_kernels(all_processes());
    check_same_text(all_processes(), fmt::format("{}", fmt::join(arguments, " ")));
    return run(arguments);
  };
}

// A training compares its settings itself: they may come from a file.
std::vector<Command> shared_commands() {
  std::vector<std::string> alike = {"sample"};
  for (const Use& use : uses()) alike.push_back(use.name);
  std::vector<Command> out;
  for (const Command& command : commands()) {
    CommandFunction run = command.run;
    if (std::ranges::find(alike, command.name) != alike.end())
      run = by_all_alike(std::move(run));
    else if (command.name != "train")
      run = by_the_first(std::move(run));
    out.push_back({command.name, command.summary, std::move(run)});
  }
  out.push_back({"doctor", "who runs where, and what a reduction takes", doctor_of_processes});
  return out;
}

// What all print alike is printed by the first.
void silence() {
  for (std::FILE* stream : {stdout, stderr})
    if (std::freopen("/dev/null", "w", stream) == nullptr) std::fclose(stream);
}

// mpirun binds processes to cores of their own, or leaves all cores to each: those who may use the same share
// them.
void share_cores(Processes& processes) {
  const std::string mine = processes.place() + " " + allowed_processors();
  const auto sharing = static_cast<int>(std::ranges::count(processes.all_gather(mine), mine));
  if (std::getenv("OMP_NUM_THREADS") == nullptr) set_num_threads(std::max(1, num_threads() / sharing));
}

std::unique_ptr<MpiProcesses> processes;
std::optional<ProcessesScope> together;

void begin() {
  processes = std::make_unique<MpiProcesses>();
  together.emplace(*processes);
  if (!processes->is_first()) silence();
  share_cores(*processes);
}

}  // namespace

int main(int, char** argv) {
  if (told_summary(argv, "")) return 0;  // no sub-command of gradzoo
  const std::vector<Command> commands = shared_commands();
  const int status = run_commands(argv, {commands}, begin);
  together.reset();
  processes.reset();
  return status;
}
