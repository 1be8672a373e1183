#pragma once

#include <memory>
#include <span>
#include <string>

#include "gradzoo/commands/program.h"
#include "gradzoo/nn/parallel/processes.h"

/// Commands whose work is shared by the processes of one mpirun or srun. The library does not know MPI: a
/// program that is linked with gradzoo::mpi has the file mpi_processes.cpp, which calls set_processes().
namespace gradzoo {

/// Joins the processes that were started together.
using ProcessesMaker = std::unique_ptr<Processes> (*)();
/// Sets what run_command_line() and run_shared_commands() join the others by. Returns true.
bool set_processes(ProcessesMaker make);
/// True if this process was started with others, and there is a maker to join them by.
bool can_share();

/// main() of a program whose commands, and `more` of its own, all processes run together. What mixes rows of
/// all processes is done by all; the first alone does the rest and prints. Returns the exit status.
int run_shared_commands(char** argv, std::span<const Command> more = {});

/// The processors that this process may use: "0-3,8".
std::string allowed_processors();

}  // namespace gradzoo
