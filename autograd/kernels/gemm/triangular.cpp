#include "autograd/kernels/gemm/triangular.h"

#include "autograd/kernels/gemm/blas.h"

namespace gradzoo::kernels {

template <class T>
void triangular_solve(int64_t batch, int64_t n, int64_t m, bool upper, bool transpose, const T* t,
                      const int64_t* which, T* b) {
  const int rows = blas_size(n), columns = blas_size(m);
  if (n == 0 || m == 0) return;
  const double flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(m);
  for_each_matrix(batch, flops, [=](int64_t i) {
    blas_trsm({.upper = upper, .transpose = transpose}, rows, columns, t + which[i] * n * n, b + i * n * m);
  });
}
template void triangular_solve(int64_t, int64_t, int64_t, bool, bool, const float*, const int64_t*, float*);
template void triangular_solve(int64_t, int64_t, int64_t, bool, bool, const double*, const int64_t*, double*);

}  // namespace gradzoo::kernels
