// The op and the kernel of docs/add-op.md, as the tree would compile them. tools/check_docs puts the
// page's blocks in the places of `block`.
//! tree
#include <cstdio>

#include "gradzoo/autograd/check/op_checks.h"

//! block

namespace gradzoo::kernels {
//! block
//! block
}  // namespace gradzoo::kernels

int main() {
  gradzoo::gradcheck_op<gradzoo::ops::Sech>(3).or_throw();
  const double x[3] = {-1, 0, 2};
  double y[3];
  gradzoo::kernels::sech(x, y, 3);
  for (int i = 0; i < 3; ++i)
    if (std::abs(y[i] - 1 / std::cosh(x[i])) > 1e-15) return 1;
}
