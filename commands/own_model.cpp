#include "gradzoo/commands/own_model.h"

#include <utility>
#include <vector>

#include "gradzoo/base/program_name.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/commands/shared_commands.h"

namespace gradzoo {

int run_command_line(int, char** argv) {
  std::vector<std::string> names = {"COMMAND"};
  for (const Command& command : commands()) names.push_back(command.name);
  if (argv[0] != nullptr) call_program(argv[0], std::move(names));
  return can_share() ? run_shared_commands(argv) : run_commands(argv, {commands()});
}

}  // namespace gradzoo
