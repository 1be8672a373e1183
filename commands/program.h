#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gradzoo/commands/command_line.h"

namespace gradzoo {

/// A sub-command. `run` returns the exit status and throws Error for the user's mistakes.
struct Command {
  std::string name;
  std::string summary;  // the command's line in `gradzoo --help`
  std::function<int(const Arguments& arguments)> run;
};

/// True if mpirun or srun started this process together with others.
bool started_together();
/// Throws Error if mpirun or srun has started several processes of a program that supports only one.
void check_alone();
/// main() of a program: calls `begin`, then `work` with the arguments. An Error becomes one line on stderr
/// and status 1.
int run_main(char** argv, const std::function<int(const Arguments&)>& work,
             const std::function<void()>& begin = check_alone);

/// If --summary is the only argument, prints the summary for `gradzoo --help` and returns true.
bool told_summary(char** argv, const std::string& summary);
/// main() of gradzoo-NAME, which `gradzoo NAME` starts.
int run_program(char** argv, const Command& command);

/// A program gradzoo-NAME.
struct ProgramFile {
  std::string name;  // NAME
  std::filesystem::path path;
};
/// Returns the programs in the running program's folder and in ../libexec/gradzoo, sorted by name.
std::vector<ProgramFile> program_files();
/// Returns the program of this name. Throws Error if there is none.
ProgramFile find_program(const std::string& name);

}  // namespace gradzoo
