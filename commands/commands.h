#pragma once

#include <functional>
#include <span>
#include <vector>

#include "gradzoo/commands/program.h"

namespace gradzoo {

struct Use;

/// The sub-commands of this program, which train and work with runs; each says in its file what it takes.
int train_command(const Arguments& arguments);
int report_command(const Arguments& arguments);
int sample_command(const Arguments& arguments);
int data_command(const Arguments& arguments);
int zoo_command(const Arguments& arguments);
/// All uses of finished runs (experiments/uses/use.h) by one driver.
int use_command(const Use& use, const Arguments& arguments);

/// All of these, in the order of the help.
std::span<const Command> commands();

/// What a program is asked for by the word behind its name: sub-commands, then programs gradzoo-NAME, which
/// are looked for where no sub-command is meant.
struct CommandSet {
  std::span<const Command> commands;
  std::vector<ProgramFile> (*programs)() = [] { return std::vector<ProgramFile>(); };
};
/// main() of a program with these; `begin` as run_main has it.
int run_commands(char** argv, const CommandSet& set, const std::function<void()>& begin = check_alone);

}  // namespace gradzoo
