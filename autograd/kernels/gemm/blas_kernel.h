#pragma once

#include <string>
#include <string_view>

#include "autograd/kernels/pointwise/simd_targets.h"

/// Which of its kernels OpenBLAS runs on. OpenBLAS chooses by a list of processors; one that is younger than
/// the list gets the kernel for SSE3 (Prescott), an eighth as fast as the one for AVX-512. Here the choice is
/// held against the instructions that the processor has.
namespace gradzoo::kernels {

/// What the choice of a kernel depends on.
struct BlasKernelQuery {
  std::string_view chosen;                    // by OpenBLAS: "Prescott", "Haswell", "SkylakeX", ...
  SimdLevel processor = SimdLevel::portable;  // what it can run
  const char* openblas_coretype = nullptr;    // of the environment; null: not set
  const char* gradzoo_blas_kernel = nullptr;  // likewise
};

/// The kernel to run in place of the chosen one: SkylakeX with AVX-512, Haswell with AVX2; "" to keep the
/// chosen one, as a user's OPENBLAS_CORETYPE and GRADZOO_BLAS_KERNEL=keep ask. An unknown name is kept: it is
/// that of a younger OpenBLAS. ARM's kernels all use NEON.
std::string_view fitting_blas_kernel(const BlasKernelQuery& query);

/// What this process runs on.
struct BlasKernel {
  std::string chosen;   // by OpenBLAS when it was loaded
  std::string fitting;  // what should run: chosen, where that fits
  std::string used;     // what runs: fitting, unless OpenBLAS cannot change its kernel
};

/// Decides and changes the kernel with the first call, which prepare_blas() makes before the first product;
/// later calls return what was found. A program that calls OpenBLAS itself calls this first: no product may
/// run meanwhile. GRADZOO_BLAS_KERNEL is fit (the default), keep, or restart: leave the change to
/// restart_for_blas_kernel(). Throws Error for another value.
const BlasKernel& blas_kernel();

/// Runs OpenBLAS on this kernel from here on, while no product runs. False where it cannot: the kernel is
/// then the same as before.
bool set_blas_kernel(const std::string& name);

/// For main(), before its first product: starts the program anew with OPENBLAS_CORETYPE set where the kernel
/// could not be changed in the running process. Returns where there is nothing to do or the system refuses.
void restart_for_blas_kernel(char** arguments);

/// The BLAS by name and version, e.g. "OpenBLAS 0.3.21".
std::string blas_version();

}  // namespace gradzoo::kernels
