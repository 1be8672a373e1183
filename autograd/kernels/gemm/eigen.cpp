#include "autograd/kernels/gemm/eigen.h"

#include "autograd/kernels/gemm/blas.h"
#include "autograd/kernels/threads/scratch.h"
#include "gradzoo/base/error.h"

// LAPACK's own name and types; OpenBLAS brings it, without a header of its own.
extern "C" void dsyev_(const char* job, const char* triangle, const int* n, double* a, const int* lda,
                       double* values, double* work, const int* work_size, int* info);

namespace gradzoo::kernels {

void symmetric_eigen(int64_t n, double* a, double* values) {
  if (n == 0) return;
  prepare_blas();
  struct Use;
  const int order = blas_size(n), work_size = 34 * order;
  int info = 0;
  // Columns there are rows here.
  dsyev_("V", "U", &order, a, &order, values, scratch<double, Use>(work_size), &work_size, &info);
  if (info != 0)
    throw Error("eigenvalues of a {}x{} matrix did not converge. Hint: its numbers must be finite", n, n);
}

}  // namespace gradzoo::kernels
