#pragma once

#include <memory>
#include <span>
#include <string>

#include "gradzoo/commands/program.h"
#include "gradzoo/nn/parallel/processes.h"

/// Commands whose work is shared by the processes of one mpirun or srun. The library does not depend on MPI:
/// a program that is linked with gradzoo::mpi has the file mpi_processes.cpp, which calls set_processes().
namespace gradzoo {

/// Joins the processes that were started together.
using ProcessesMaker = std::unique_ptr<Processes> (*)();
/// Sets the maker that run_command_line() and run_shared_commands() call. Returns true.
bool set_processes(ProcessesMaker make);
/// True if this process was started together with others, and a maker is set.
bool can_share();

/// main() of a program whose processes run gradzoo's commands together. All of them run `more`, the program's
/// own commands, and the commands that mix the processes' rows: train, sample and the uses. Only the first
/// process runs the other commands, and only the first prints. Returns the exit status.
int run_shared_commands(char** argv, std::span<const Command> more = {});

/// Returns the processors that this process may use: "0-3,8".
std::string allowed_processors();

}  // namespace gradzoo
