#pragma once

#include <functional>
#include <span>
#include <vector>

#include "gradzoo/commands/program.h"

namespace gradzoo {

struct Use;

/// The sub-commands of this program, which train and use runs; each file describes its own arguments.
int train_command(const Arguments& arguments);
int report_command(const Arguments& arguments);
int sample_command(const Arguments& arguments);
int data_command(const Arguments& arguments);
int zoo_command(const Arguments& arguments);
/// Runs any use of finished runs (experiments/uses/use.h).
int use_command(const Use& use, const Arguments& arguments);

/// Returns all of these commands in the order of the help.
std::span<const Command> commands();

/// The commands that a program's first argument names: sub-commands first, then programs gradzoo-NAME.
struct CommandSet {
  std::span<const Command> commands;
  std::vector<ProgramFile> (*programs)() = [] { return std::vector<ProgramFile>(); };
};
/// main() of a program with these commands; `begin` is passed to run_main().
int run_commands(char** argv, const CommandSet& set, const std::function<void()>& begin = check_alone);

}  // namespace gradzoo
