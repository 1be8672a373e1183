#pragma once

#include "tools/mpi/mpi_processes.h"

namespace gradzoo {

/// Threads for a process of several on a machine: the cores it may use (physical ones), by the processes that
/// may use the same.
int threads_of_each(int cores, int64_t processes_on_them);

/// Sets them, unless OMP_NUM_THREADS does. A collective call.
void share_cores(MpiProcesses& processes);

/// The processors that this process may use: how many, and "0-3,8".
int allowed_count();
std::string allowed_processors();

}  // namespace gradzoo
