#pragma once

#include "tools/gradzoo/commands.h"

namespace gradzoo {

/// `gradzoo-mpi doctor`: a line a process, and the seconds that a mean of gradients takes.
int doctor_of_processes(const Arguments& arguments);

}  // namespace gradzoo
