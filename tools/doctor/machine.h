#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/kernels/gemm/blas_kernel.h"

/// What `gradzoo doctor` reads of the machine. What the system does not say is 0, or "" of texts.
namespace gradzoo {

struct Cache {
  int level = 0;
  int64_t bytes = 0;
  int cpus = 0;  // that share it
};

/// A folder that the program uses, and whether it can.
struct Folder {
  std::string path;     // "" where it is not known
  std::string problem;  // a clause; "" for none
};

struct Machine {
  std::string processor;        // "AMD Ryzen 7 7840U"
  std::string instructions;     // that kernels here use: "AVX-512", "AVX2", "NEON", "portable"
  std::string gradzoo_target;   // of the environment
  int cpus = 0;                 // of the system
  int allowed_cpus = 0;         // by the process's affinity
  int cores = 0;                // physical ones among those
  double cpu_quota = 0;         // CPUs that the container's quota (cgroup) grants; 0: no quota
  int threads = 0;              // that the program takes
  std::string omp_num_threads;  // of the environment; "" where not set
  std::vector<Cache> caches;    // of the first CPU that is allowed, instructions' left out
  std::string blas;             // "OpenBLAS 0.3.21"
  kernels::BlasKernel kernel;
  std::string openblas_coretype;        // of the environment
  int64_t memory = 0, free_memory = 0;  // bytes, of the system or of the container's limit if that is lower
  double load = 0;                      // runnable processes, the mean of the last minute
  Folder data, cache;
};

Machine read_machine();

/// "AMD Ryzen 7 7840U", or "an unknown processor".
std::string processor_name();

/// Ticks of the system's clock so far, over all CPUs.
struct CpuTicks {
  double all = 0, busy = 0, stolen = 0;
};
CpuTicks read_cpu_ticks();

}  // namespace gradzoo
