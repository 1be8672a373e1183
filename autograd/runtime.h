#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/base/function_ref.h"

/// The computing resources: threads, denormals, instruction sets, the BLAS.
namespace gradzoo {

inline constexpr int kMaxThreads = 256;  ///< largest thread count for set_num_threads()

/// Returns the number of threads that ops may use: the last set_num_threads(), else OMP_NUM_THREADS, else the
/// number of physical cores that this process may use. No result depends on it.
int num_threads();
/// Sets the number of threads of every later op, from 1 to kMaxThreads.
void set_num_threads(int count);

/// Sets whether the calling thread flushes denormals to zero (train, sample and bench do); by default it
/// keeps them. A loop runs on all its threads in the floating-point mode of the thread that calls it.
void set_flush_denormals(bool flush);

/// Returns the widest instruction set that ops use: "AVX-512", "AVX2", "NEON", or "portable".
std::string instruction_set();

/// The OpenBLAS kernel that matrix products run on. An OpenBLAS that does not know the processor chooses a
/// slow kernel. Another one is then set instead, unless the environment has OPENBLAS_CORETYPE or
/// GRADZOO_BLAS_KERNEL=keep.
struct BlasKernel {
  std::string chosen;   ///< kernel that OpenBLAS chose when it was loaded
  std::string fitting;  ///< kernel that should run: chosen, if it fits the processor
  std::string used;     ///< kernel that runs: fitting, unless OpenBLAS cannot change its kernel
};
/// Returns the kernel. The first call, which the first product makes, decides it. Throws Error for an unknown
/// GRADZOO_BLAS_KERNEL.
BlasKernel blas_kernel();
/// Returns a kernel that this processor can run and that is faster than `used`, or "" if there is none.
std::string better_blas_kernel(const std::string& used);
/// Returns the name and version of the BLAS: "OpenBLAS 0.3.21".
std::string blas_version();
/// Restarts the program with OPENBLAS_CORETYPE set if the kernel could not be changed in the running process,
/// and returns otherwise. main() calls it before its first product.
void restart_for_blas_kernel(char** arguments);

/// Returns the number of floating-point operations in the calling thread's products and convolutions so far;
/// a multiplication and an addition count as two.
double counted_flops();
/// Runs `rounds` of independent f32 multiply-adds in registers on the calling thread, with the widest
/// instructions, and returns the number of floating-point operations: products are compared with it.
double run_multiply_adds(int64_t rounds);

/// Calls `fn(begin, end)` on ranges that cover [0, n), in parallel if n exceeds `grain`. Ranges begin at
/// multiples of `align`, and are the same for any number of threads. `fn` must not throw. Only one loop of
/// the process is parallel at a time; another loop runs on the thread that calls it.
void parallel_for(int64_t n, int64_t grain, int64_t align, FunctionRef<void(int64_t begin, int64_t end)> fn);

}  // namespace gradzoo
