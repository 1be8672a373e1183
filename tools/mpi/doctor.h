#pragma once

#include <string>

#include "gradzoo/commands/commands.h"

namespace gradzoo {

/// Runs `gradzoo-mpi doctor`: prints one line per process, and the seconds that a mean of gradients takes.
int doctor_of_processes(const Arguments& arguments);

/// Returns "Open MPI v4.1.4".
std::string mpi_library();

}  // namespace gradzoo
