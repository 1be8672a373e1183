#include "autograd/kernels/gemm/cholesky.h"

#include <cmath>

#include "autograd/kernels/gemm/blas.h"

// LAPACK's own names and types; OpenBLAS brings it, without a header of its own.
extern "C" {
void spotrf_(const char* triangle, const int* n, float* a, const int* lda, int* info);
void dpotrf_(const char* triangle, const int* n, double* a, const int* lda, int* info);
}

namespace gradzoo::kernels {
namespace {

int factor_in_place(int n, float* a) {
  int info = 0;
  spotrf_("U", &n, a, &n, &info);  // columns there are rows here
  return info;
}

int factor_in_place(int n, double* a) {
  int info = 0;
  dpotrf_("U", &n, a, &n, &info);
  return info;
}

template <class T>
int factor(int n, const T* a, T* l) {
  bool finite = true;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const T below = a[i * n + j], above = a[j * n + i];
      finite = finite && std::isfinite(below);
      l[i * n + j] = j <= i ? below + (above - below) / 2 : T{0};
    }
  }
  if (!finite) return kNotFinite;
  if (const int info = factor_in_place(n, l); info != 0) return info;
  for (int i = 0; i < n; ++i) {
    if (!(l[static_cast<int64_t>(i) * (n + 1)] > 0)) return i + 1;  // NaN, where a square overflowed
  }
  return 0;
}

}  // namespace

template <class T>
void cholesky(int64_t batch, int64_t n, const T* a, T* l, int* status) {
  const int order = blas_size(n);
  const auto size = static_cast<double>(n);
  for_each_matrix(batch, size * size * size / 3, [=](int64_t i) {
    status[i] = order == 0 ? 0 : factor(order, a + i * n * n, l + i * n * n);
  });
}
template void cholesky(int64_t, int64_t, const float*, float*, int*);
template void cholesky(int64_t, int64_t, const double*, double*, int*);

}  // namespace gradzoo::kernels
