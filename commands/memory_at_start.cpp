#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

// As many as OpenBLAS starts: by its variables, at most one a core.
size_t blas_threads(char** environment) {
  cpu_set_t cores;
  size_t count =
      ::sched_getaffinity(0, sizeof(cores), &cores) == 0 ? static_cast<size_t>(CPU_COUNT(&cores)) : 1;
  for (const char* name : {"OPENBLAS_NUM_THREADS=", "GOTO_NUM_THREADS=", "OMP_NUM_THREADS="}) {
    for (char** entry = environment; *entry != nullptr; ++entry) {
      if (std::strncmp(*entry, name, std::strlen(name)) != 0) continue;
      const int wanted = std::atoi(*entry + std::strlen(name));
      if (wanted > 0) return std::min(count, static_cast<size_t>(wanted));
    }
  }
  return count;
}

// OpenBLAS starts its threads before main, and where there is no memory for their stacks and buffers it asks
// for ever: this runs before, by calls of the system alone.
void check_memory(int, char**, char** environment) {
  // A thread's stack, and its buffer: of 32 MB in OpenBLAS 0.3.21, and of 128 in 0.3.29.
  constexpr size_t kThread = size_t{144} << 20, kRest = size_t{32} << 20;
  const size_t needed = blas_threads(environment) * kThread + kRest;
  void* const room =
      ::mmap(nullptr, needed, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room != MAP_FAILED) {
    ::munmap(room, needed);
    return;
  }
  constexpr char kWhy[] =
      "gradzoo: there is too little memory to start. Hint: raise the limit (ulimit -v), or set "
      "OPENBLAS_NUM_THREADS=1\n";
  static_cast<void>(!::write(2, kWhy, sizeof(kWhy) - 1));
  ::_exit(1);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const kFirst)(int, char**, char**) = check_memory;

}  // namespace
