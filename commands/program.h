#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gradzoo/commands/command_line.h"

namespace gradzoo {

/// A sub-command. It returns the exit status; what the user got wrong is thrown as an Error.
struct Command {
  std::string name;
  std::string summary;  // its line of `gradzoo --help`
  std::function<int(const Arguments& arguments)> run;
};

/// True if mpirun or srun started this process together with others.
bool started_together();
/// Throws Error where mpirun or srun has started several of a program that works alone.
void check_alone();
/// main() of a program: calls `begin`, then `work` with the arguments. An Error becomes one line on stderr
/// and status 1.
int run_main(char** argv, const std::function<int(const Arguments&)>& work,
             const std::function<void()>& begin = check_alone);

/// Where --summary is the one argument: prints the summary, for `gradzoo --help`, and returns true.
bool told_summary(char** argv, const std::string& summary);
/// main() of gradzoo-NAME, which `gradzoo NAME` starts.
int run_program(char** argv, const Command& command);

/// A program gradzoo-NAME.
struct ProgramFile {
  std::string name;  // NAME
  std::filesystem::path path;
};
/// Those beside the running program and in ../libexec/gradzoo, by name.
std::vector<ProgramFile> program_files();
/// The one of this name. Throws Error where there is none.
ProgramFile find_program(const std::string& name);

}  // namespace gradzoo
