#include "autograd/kernels/gemm/blas.h"

#include <atomic>
#include <cstdio>
#include <string>

#include <cblas.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/threads/scratch.h"
#include "gradzoo/base/error.h"

// LAPACK's own names and types; OpenBLAS brings it, without a header of its own.
extern "C" {
void spotrf_(const char* triangle, const int* n, float* a, const int* lda, int* info);
void dpotrf_(const char* triangle, const int* n, double* a, const int* lda, int* info);
void sgetrf_(const int* m, const int* n, float* a, const int* lda, int* pivots, int* info);
void dgetrf_(const int* m, const int* n, double* a, const int* lda, int* pivots, int* info);
void dsyev_(const char* job, const char* triangle, const int* n, double* a, const int* lda, double* values,
            double* work, const int* work_size, int* info);
}

namespace gradzoo::kernels {
namespace {

CBLAS_TRANSPOSE flag(bool transpose) { return transpose ? CblasTrans : CblasNoTrans; }

CBLAS_UPLO triangle_of(TriangleFlags flags) { return flags.upper ? CblasUpper : CblasLower; }
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
        "out of memory: matrix products take {} MB per thread, and there are {} threads. Hint: use fewer "
        "threads, or raise the limit (ulimit -v)",
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

void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda, const float* b,
               int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, flag(trans_a), flag(trans_b), m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}
void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const double* a, int lda, const double* b,
               int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, flag(trans_a), flag(trans_b), m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

void blas_gemv(bool transpose, int rows, int columns, const float* a, int lda, const float* x, int incx,
               float* y, int incy) {
  cblas_sgemv(CblasRowMajor, flag(transpose), rows, columns, 1, a, lda, x, incx, 1, y, incy);
}
void blas_gemv(bool transpose, int rows, int columns, const double* a, int lda, const double* x, int incx,
               double* y, int incy) {
  cblas_dgemv(CblasRowMajor, flag(transpose), rows, columns, 1, a, lda, x, incx, 1, y, incy);
}

void blas_turn(int rows, int columns, const float* from, int from_stride, float* to, int to_stride) {
  cblas_somatcopy(CblasRowMajor, CblasTrans, rows, columns, 1, from, from_stride, to, to_stride);
}
void blas_turn(int rows, int columns, const double* from, int from_stride, double* to, int to_stride) {
  cblas_domatcopy(CblasRowMajor, CblasTrans, rows, columns, 1, from, from_stride, to, to_stride);
}

void blas_trsm(TriangleFlags flags, int n, int m, const float* t, float* b) {
  cblas_strsm(CblasRowMajor, CblasLeft, triangle_of(flags), flag(flags.transpose), diagonal_of(flags), n, m,
              1, t, n, b, m);
}

void blas_trsm(TriangleFlags flags, int n, int m, const double* t, double* b) {
  cblas_dtrsm(CblasRowMajor, CblasLeft, triangle_of(flags), flag(flags.transpose), diagonal_of(flags), n, m,
              1, t, n, b, m);
}

int blas_cholesky(int n, float* a) {
  int info = 0;
  spotrf_("U", &n, a, &n, &info);  // columns there are rows here
  return info;
}
int blas_cholesky(int n, double* a) {
  int info = 0;
  dpotrf_("U", &n, a, &n, &info);
  return info;
}

int blas_lu(int n, float* a, int* pivots) {
  int info = 0;
  sgetrf_(&n, &n, a, &n, pivots, &info);
  return info;
}
int blas_lu(int n, double* a, int* pivots) {
  int info = 0;
  dgetrf_(&n, &n, a, &n, pivots, &info);
  return info;
}

bool blas_eigen(int n, double* a, double* values) {
  struct Use;
  const int work_size = 34 * n;
  int info = 0;
  dsyev_("V", "U", &n, a, &n, values, scratch<double, Use>(work_size), &work_size, &info);
  return info == 0;
}

}  // namespace gradzoo::kernels
