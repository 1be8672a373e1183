#include "gradzoo/commands/shared_commands.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/experiments/shared_training.h"
#include "gradzoo/experiments/uses/use.h"

namespace gradzoo {
namespace {

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
std::vector<Command> shared_commands(std::span<const Command> more) {
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
  out.insert(out.end(), more.begin(), more.end());
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

ProcessesMaker processes_maker = nullptr;
std::unique_ptr<Processes> processes;
std::optional<ProcessesScope> together;

void begin() {
  processes = processes_maker();
  together.emplace(*processes);
  if (!processes->is_first()) silence();
  share_cores(*processes);
}

}  // namespace

bool set_processes(ProcessesMaker make) {
  processes_maker = make;
  return true;
}

bool can_share() { return processes_maker != nullptr && started_together(); }

int run_shared_commands(char** argv, std::span<const Command> more) {
  const std::vector<Command> all = shared_commands(more);
  const int status = run_commands(argv, {all}, begin);
  together.reset();
  processes.reset();
  return status;
}

std::string allowed_processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  static_cast<void>(::sched_getaffinity(0, sizeof(allowed), &allowed));
  const auto has = [&](size_t i) { return i < CPU_SETSIZE && CPU_ISSET(i, &allowed); };
  std::string text;
  for (size_t i = 0; i < CPU_SETSIZE; ++i) {
    if (!has(i)) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ",", i);
    const size_t begin = i;
    while (has(i + 1)) ++i;
    if (i > begin) text += fmt::format("-{}", i);
  }
  return text.empty() ? "?" : text;
}

}  // namespace gradzoo
