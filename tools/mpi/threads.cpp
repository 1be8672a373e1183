#include "tools/mpi/threads.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <sched.h>

#include "autograd/kernels/threads/parallel.h"

namespace gradzoo {

int threads_of_each(int cores, int64_t processes_on_them) {
  return std::max(1, cores / static_cast<int>(std::max<int64_t>(1, processes_on_them)));
}

int allowed_count() {
  cpu_set_t allowed;
  return ::sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

std::string allowed_processors() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return "?";
  std::string text;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (!CPU_ISSET(static_cast<size_t>(i), &allowed)) continue;
    int last = i;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(static_cast<size_t>(last + 1), &allowed)) ++last;
    text += fmt::format("{}{}{}", text.empty() ? "" : ",", i, last > i ? fmt::format("-{}", last) : "");
    i = last;
  }
  return text;
}

void share_cores(MpiProcesses& processes) {
  // mpirun binds processes to cores of their own, or leaves all cores to each.
  const std::string mine = processes.place() + " " + allowed_processors();
  const std::vector<std::string> all = processes.all_gather(mine);
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return;
  kernels::set_threads(threads_of_each(kernels::threads(), std::ranges::count(all, mine)));
}

}  // namespace gradzoo
