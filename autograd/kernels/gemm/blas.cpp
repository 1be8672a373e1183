#include "autograd/kernels/gemm/blas.h"

#include <atomic>
#include <cstdio>
#include <limits>
#include <string>

#include <cblas.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "gradzoo/base/error.h"

namespace gradzoo::kernels {
namespace {

CBLAS_UPLO triangle_of(TriangleFlags flags) { return flags.upper ? CblasUpper : CblasLower; }
CBLAS_TRANSPOSE transposition_of(TriangleFlags flags) { return flags.transpose ? CblasTrans : CblasNoTrans; }
CBLAS_DIAG diagonal_of(TriangleFlags flags) { return flags.unit_diagonal ? CblasUnit : CblasNonUnit; }

void check_memory() {
  static std::atomic<int> checked{0};
  constexpr size_t kThread = size_t{40} << 20;
  const int count = threads();
  if (checked.load(std::memory_order_relaxed) >= count) return;
  const size_t needed = static_cast<size_t>(count) * kThread;
  void* const room =
      ::mmap(nullptr, needed, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    throw Error(
        "out of memory: matrix products take {} MB a thread, and there are {} threads. Hint: fewer "
        "threads, or a higher limit (ulimit -v)",
        kThread >> 20, count);
  ::munmap(room, needed);
  checked.store(count, std::memory_order_relaxed);
}

// A program that is not the command cannot be started anew.
void fit_kernel() {
  const BlasKernel& kernel = blas_kernel();
  if (kernel.used == kernel.fitting) return;
  const std::string said = fmt::format(
      "gradzoo: OpenBLAS runs its {} kernel, and this processor can run {}, which is faster. Hint: set "
      "OPENBLAS_CORETYPE={} before the program starts\n",
      kernel.used, kernel.fitting, kernel.fitting);
  std::fputs(said.c_str(), stderr);
}

}  // namespace

void prepare_blas() {
  check_memory();
  static const bool ready = (fit_kernel(), openblas_set_num_threads(1), true);
  static_cast<void>(ready);
}

int blas_size(int64_t n) {
  constexpr int64_t kLargest = std::numeric_limits<int>::max();
  if (n > kLargest) throw Error("a matrix of {} rows or columns. Hint: at most {}", n, kLargest);
  return static_cast<int>(n);
}

void blas_trsm(TriangleFlags flags, int n, int m, const float* t, float* b) {
  cblas_strsm(CblasRowMajor, CblasLeft, triangle_of(flags), transposition_of(flags), diagonal_of(flags), n, m,
              1, t, n, b, m);
}

void blas_trsm(TriangleFlags flags, int n, int m, const double* t, double* b) {
  cblas_dtrsm(CblasRowMajor, CblasLeft, triangle_of(flags), transposition_of(flags), diagonal_of(flags), n, m,
              1, t, n, b, m);
}

}  // namespace gradzoo::kernels
