#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/base/function_ref.h"

/// What computes, and how: threads, denormals, instructions, the BLAS.
namespace gradzoo {

inline constexpr int kMaxThreads = 256;  ///< that set_num_threads takes

/// Threads that ops may use: the last set_num_threads, else OMP_NUM_THREADS, else the physical cores this
/// process may use. No result depends on it.
int num_threads();
/// Sets it for every later op, from 1 to kMaxThreads.
void set_num_threads(int count);

/// Whether the calling thread flushes denormals to zero (train, sample, bench); by default a thread keeps
/// them. On all its threads a loop runs in the floating-point mode of the thread that calls it.
void set_flush_denormals(bool flush);

/// The widest instructions that ops use: "AVX-512", "AVX2", "NEON", or "portable".
std::string instruction_set();

/// Which of its kernels OpenBLAS runs on. One that does not know the processor chooses a slow one; then
/// another is set in its place, unless the environment's OPENBLAS_CORETYPE or GRADZOO_BLAS_KERNEL=keep says
/// otherwise.
struct BlasKernel {
  std::string chosen;   ///< by OpenBLAS when it was loaded
  std::string fitting;  ///< what should run: chosen, where that fits the processor
  std::string used;     ///< what runs: fitting, unless OpenBLAS cannot change its kernel
};
/// Decides with the first call, which the first product makes. Throws Error for an unknown
/// GRADZOO_BLAS_KERNEL.
BlasKernel blas_kernel();
/// The kernel that this processor can run and that is faster than `used`; "" where none is.
std::string better_blas_kernel(const std::string& used);
/// By name and version: "OpenBLAS 0.3.21".
std::string blas_version();
/// For main(), before its first product: starts the program anew with OPENBLAS_CORETYPE set where the kernel
/// could not be changed in the running process. Returns where there is nothing to do.
void restart_for_blas_kernel(char** arguments);

/// Floating-point operations that the calling thread has asked of products and convolutions so far, a
/// multiplication and an addition each counted.
double counted_flops();
/// Runs `rounds` of independent f32 multiply-adds in registers, on the calling thread, by the widest
/// instructions, and returns how many floating-point operations they were: what a product is held against.
double run_multiply_adds(int64_t rounds);

/// Calls `fn(begin, end)` on ranges that cover [0, n), in parallel once n exceeds `grain`. Ranges begin at
/// multiples of `align`, and are the same at any number of threads. `fn` must not throw. Only one loop of the
/// process is parallel at a time; another runs on the thread that calls it.
void parallel_for(int64_t n, int64_t grain, int64_t align, FunctionRef<void(int64_t begin, int64_t end)> fn);

}  // namespace gradzoo
