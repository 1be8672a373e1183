#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tools/command/command_line.h"

namespace gradzoo {

/// Each sub-command returns the exit status; what the user got wrong is thrown as an Error.
using CommandFunction = std::function<int(const Arguments& arguments)>;

int train_command(const Arguments& arguments);
int report_command(const Arguments& arguments);
int sample_command(const Arguments& arguments);
int data_command(const Arguments& arguments);
int zoo_command(const Arguments& arguments);

/// A use of finished runs (runs/uses/use.h): all of them by one driver.
struct Use;
int use_command(const Use& use, const Arguments& arguments);

struct Command {
  std::string name;
  std::string summary;  // a line of `gradzoo --help`
  CommandFunction run;
  bool is_study = false;  // of the program gradzoo-study
};

/// Every sub-command, in the order of the help. Those that study rather than train belong to a program of
/// their own, gradzoo-study, which stands beside this one and takes its place: digits need not wait until the
/// labs and the ledger are compiled.
std::span<const Command> commands();

/// A program as a function of main's argv: prints what is asked for, returns the exit status. Every Error
/// becomes one line on stderr and status 1. `begin` is called before anything is done.
int run_command(char** argv, std::span<const Command> commands, const std::function<void()>& begin);
/// The same of a program that works alone: where mpirun or srun has started several of it, it says so.
int run_command(char** argv, std::span<const Command> commands);

}  // namespace gradzoo
