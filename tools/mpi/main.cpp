#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autograd/kernels/threads/parallel.h"
#include "tools/command/commands.h"
#include "tools/mpi/doctor.h"
#include "tools/mpi/mpi_processes.h"
#include "tools/mpi/threads.h"
#include "tools/uses/use.h"

/// gradzoo-mpi: what many processes do together, and what one of them does while the others wait.
namespace {

using namespace gradzoo;

CommandFunction by_the_first(CommandFunction run) {
  return [run = std::move(run)](const Arguments& arguments) {
    if (!all_processes().is_first()) return 0;
    const ProcessesScope alone(this_process());
    return run(arguments);
  };
}

std::vector<Command> shared_commands() {
  std::vector<std::string> together = {"train", "sample"};
  for (const Use& use : uses()) together.push_back(use.name);
  std::vector<Command> out;
  for (const Command& command : commands()) {
    if (command.is_study) continue;
    const bool shared = std::ranges::find(together, command.name) != together.end();
    out.push_back({command.name, command.summary, shared ? command.run : by_the_first(command.run)});
  }
  out.push_back({"doctor", "who runs where, and what a reduction takes", doctor_of_processes});
  return out;
}

// What all print alike is printed by the first.
void silence() {
  for (std::FILE* stream : {stdout, stderr}) {
    if (std::freopen("/dev/null", "w", stream) == nullptr) std::fclose(stream);
  }
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
  const int status = run_command(argv, shared_commands(), begin);
  together.reset();
  processes.reset();
  return status;
}
