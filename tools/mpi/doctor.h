#pragma once

#include <string>

#include "tools/gradzoo/commands.h"

namespace gradzoo {

/// `gradzoo-mpi doctor`: a line a process, and the seconds that a mean of gradients takes.
int doctor_of_processes(const Arguments& arguments);

/// The processors that this process may use: "0-3,8".
std::string allowed_processors();

}  // namespace gradzoo
