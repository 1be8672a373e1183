#include <array>

#include "gradzoo/commands/shared_commands.h"
#include "tools/mpi/doctor.h"

/// gradzoo-mpi: what many processes do together, and what one of them does while the others wait.
int main(int, char** argv) {
  using namespace gradzoo;
  if (told_summary(argv, "")) return 0;  // no sub-command of gradzoo
  const std::array more = {
      Command{"doctor", "list the processes, and time a mean of gradients", doctor_of_processes}};
  return run_shared_commands(argv, more);
}
