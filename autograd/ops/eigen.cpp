#include "autograd/kernels/gemm/factors.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {

SymmetricEigen symmetric_eigen(const Tensor& a) {
  if (a.rank() != 2 || a.dim(0) != a.dim(1))
    throw Error("symmetric_eigen: {}. Hint: one square matrix (n, n)", a.shape().str());
  SymmetricEigen eigen{empty({a.dim(0)}, DType::f64), cast(a.detach(), DType::f64).clone()};
  kernels::symmetric_eigen(a.dim(0), eigen.vectors.mutable_data<double>(),
                           eigen.values.mutable_data<double>());
  return eigen;
}

}  // namespace gradzoo
