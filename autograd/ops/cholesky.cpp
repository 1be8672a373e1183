#include "autograd/ops/cholesky.h"

#include "autograd/kernels/gemm/cholesky.h"
#include "autograd/ops/batches.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace ops {

Shape Cholesky::shape(Inputs in) const {
  check_square(in[0].shape(), name);
  return in[0].shape();
}

void Cholesky::forward(Inputs in, Tensor& out) const {
  const Shape& shape = in[0].shape();
  std::vector<int, PoolAllocator<int>> status(static_cast<size_t>(batch_of(shape).size()));
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::cholesky(batch_of(shape).size(), shape[-1], in[0].data<T>(), out.mutable_data<T>(),
                      status.data());
  });
  for (size_t i = 0; i < status.size(); ++i) {
    if (status[i] == 0) continue;
    const std::string matrix = matrix_name(shape, static_cast<int64_t>(i));
    if (status[i] == kernels::kNotFinite) throw_not_finite(name, matrix);
    throw Error(
        "{}: {} is not positive definite: pivot {} is not above 0. Hint: add a small multiple of the "
        "identity",
        name, matrix, status[i] - 1);
  }
}

void Cholesky::vjp(Vjp& v, const Tensor& g) const {
  const Tensor& l = v.out();
  const Tensor product = matmul(l, g, true);
  const Tensor lower = tril(product), below = tril(product, -1);
  const Tensor phi = (lower + below) * 0.5;
  const TriangularOptions transposed{.transpose = true};
  const Tensor left = triangular_solve(l, phi, transposed);               // L'^-1 P
  const Tensor whole = triangular_solve(l, transpose(left), transposed);  // (L'^-1 P L^-1)'
  v.give(0, (whole + transpose(whole)) * 0.5);
}

std::vector<OpCase<Cholesky>> Cholesky::cases() { return square_cases<Cholesky>(); }

}  // namespace ops

Tensor cholesky(const Tensor& a) { return apply<ops::Cholesky>(a); }

}  // namespace gradzoo
