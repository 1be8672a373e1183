#pragma once

#include <string>

#include "gradzoo/commands/commands.h"

namespace gradzoo {

/// `gradzoo-mpi doctor`: a line a process, and the seconds that a mean of gradients takes.
int doctor_of_processes(const Arguments& arguments);

/// "Open MPI v4.1.4"
std::string mpi_library();

}  // namespace gradzoo
