#pragma once

#include <string>
#include <string_view>

#include "autograd/kernels/pointwise/simd_targets.h"

/// The choice of the OpenBLAS kernel. OpenBLAS chooses its kernel from a list of processors. A processor
/// younger than the list gets the kernel for SSE3 (Prescott), an eighth as fast as the one for AVX-512. This
/// file compares the choice with the instructions that the processor has.
namespace gradzoo::kernels {

/// The facts that the choice of a kernel depends on.
struct BlasKernelQuery {
  std::string_view chosen;                    // OpenBLAS's choice: "Prescott", "Haswell", "SkylakeX", ...
  SimdLevel processor = SimdLevel::portable;  // best level that it can run
  const char* openblas_coretype = nullptr;    // environment variable; null: not set
  const char* gradzoo_blas_kernel = nullptr;  // environment variable; null: not set
};

/// Returns the kernel to run instead of the chosen one: SkylakeX with AVX-512, Haswell with AVX2, or "" to
/// keep the chosen one, as a user requests with OPENBLAS_CORETYPE or GRADZOO_BLAS_KERNEL=keep. An unknown
/// name is kept, because it is a younger OpenBLAS's. ARM's kernels all use NEON.
std::string_view fitting_blas_kernel(const BlasKernelQuery& query);

/// The kernel that this process runs on.
struct BlasKernel {
  std::string chosen;   // OpenBLAS's choice when it was loaded
  std::string fitting;  // kernel that should run: chosen, if it fits
  std::string used;     // kernel that runs: fitting, unless OpenBLAS cannot change its kernel
};

/// Decides and changes the kernel in the first call, which prepare_blas() makes before the first product;
/// later calls return the same result. A program that calls OpenBLAS itself must call this function first,
/// while no product runs. GRADZOO_BLAS_KERNEL is fit (the default), keep, or restart: leave the change to
/// restart_for_blas_kernel(). Throws Error for another value.
const BlasKernel& blas_kernel();

/// Sets this kernel for OpenBLAS from now on; no product may run meanwhile. Returns false if that is
/// impossible, and the kernel is then unchanged.
bool set_blas_kernel(const std::string& name);

/// Restarts the program with OPENBLAS_CORETYPE set if the kernel could not be changed in the running process.
/// main() calls it before its first product. Returns if there is nothing to do or the system refuses.
void restart_for_blas_kernel(char** arguments);

/// Returns the BLAS's name and version, e.g. "OpenBLAS 0.3.21".
std::string blas_version();

}  // namespace gradzoo::kernels
