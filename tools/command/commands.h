#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradzoo {

/// What follows the sub-command's name.
using Arguments = std::vector<std::string>;

/// Each sub-command returns the exit status; what the user got wrong is thrown as an Error.
int train_command(const Arguments& arguments);

struct Command {
  std::string name;
  std::string summary;  // a line of `gradzoo --help`
  int (*run)(const Arguments& arguments);
};

/// Every sub-command, in the order of the help.
inline std::span<const Command> commands() {
  static const Command kCommands[] = {
      {"train", "train a model into a run directory", train_command},
  };
  return kCommands;
}

/// `gradzoo` as a function: prints what is asked for, returns the exit status. Every Error becomes one line
/// on stderr and status 1.
int run_command(const Arguments& arguments);

}  // namespace gradzoo
