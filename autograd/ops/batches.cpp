#include "autograd/ops/batches.h"

#include "autograd/kernels/move/move.h"
#include "autograd/ops/elementwise.h"

namespace gradzoo::ops {

void check_matrices(const Shape& x, const char* op) {
  if (x.rank() < 2) throw Error("{}: {} is not a matrix. Hint: pass (..., m, n)", op, x.str());
}

void check_square(const Shape& x, const char* op) {
  check_matrices(x, op);
  if (x[-1] != x[-2]) throw Error("{}: {} is not square. Hint: pass (..., n, n)", op, x.str());
}

Shape batch_of(const Shape& x) { return x.erase(x.rank() - 1).erase(x.rank() - 2); }

std::string matrix_name(const Shape& x, int64_t which) {
  return batch_of(x).size() == 1 ? x.str() : fmt::format("matrix {} of {}", which, x.str());
}

void throw_not_finite(const char* op, const std::string& matrix) {
  throw Error("{}: {} holds NaN or infinity. Hint: all_finite(x) finds where they come from", op, matrix);
}

Shape solution_shape(const Shape& a, const Shape& b, const char* op) {
  check_square(a, op);
  if (b.rank() < 2 || b[-2] != a[-1])
    throw Error("{}: {} and {} do not fit. Hint: pass a (..., n, n) and b (..., n, m), or b (n)", op, a.str(),
                b.str());
  const Shape batch = broadcast_shapes(batch_of(a), batch_of(b), op);
  return batch.insert(batch.rank(), b[-2]).insert(batch.rank() + 1, b[-1]);
}

void broadcast_into(const Tensor& x, Tensor& out) {
  const kernels::Broadcast layout = broadcast_layout(x.shape(), x.shape(), out.shape());
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::strided_copy(x.data<T>(), out.mutable_data<T>(), layout.rank, layout.dims, layout.stride_a);
  });
}

Tensor outer_gradient(const Tensor& a, const Tensor& b, const Shape& to) {
  const bool shared = to.rank() == 2 && a.rank() > 2;
  return shared ? einsum("...im,...jm->ij", {a, b}) : matmul(a, b, false, true);
}

Tensor matrix_of_each(const Shape& a, const Shape& out) {
  const Shape batch = batch_of(a);
  return broadcast_to(reshape(arange(batch.size(), DType::i64), batch), batch_of(out));
}

}  // namespace gradzoo::ops
