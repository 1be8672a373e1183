#include "autograd/ops/solve.h"

#include "autograd/kernels/gemm/factors.h"
#include "autograd/kernels/move/move.h"
#include "autograd/ops/batches.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace ops {
namespace {

/// The factors of a stack of matrices. Throws Error naming `op` where one is not finite.
template <class T>
class Factors {
 public:
  Factors(const Tensor& a, const char* op)
      : lu_(empty(a.shape(), a.dtype())),
        pivots_(static_cast<size_t>(batch_of(a.shape()).size() * a.dim(-1))),
        status_(static_cast<size_t>(batch_of(a.shape()).size())) {
    kernels::copy_bytes(a.data<T>(), lu_.mutable_data<T>(), a.size() * static_cast<int64_t>(sizeof(T)));
    kernels::lu_factor(batch(), n(), lu_.mutable_data<T>(), pivots_.data(), status_.data());
    for (size_t i = 0; i < status_.size(); ++i) {
      if (status_[i] == kernels::kNotFinite)
        throw_not_finite(op, matrix_name(a.shape(), static_cast<int64_t>(i)));
    }
  }

  /// Of each matrix of x the solution in its place. Throws Error where one is singular.
  void solve(bool transpose, Tensor& x, const char* op) const {
    for (size_t i = 0; i < status_.size(); ++i) {
      if (status_[i] == 0) continue;
      throw Error("{}: {} is singular: pivot {} is 0. Hint: its rows must be linearly independent", op,
                  matrix_name(lu_.shape(), static_cast<int64_t>(i)), status_[i] - 1);
    }
    const Tensor which = matrix_of_each(lu_.shape(), x.shape());
    kernels::lu_solve(which.size(), n(), x.dim(-1), lu_.data<T>(), pivots_.data(), which.data<int64_t>(),
                      transpose, x.mutable_data<T>());
  }

  void determinant(Tensor& sign, Tensor& log_abs) const {
    kernels::lu_determinant(batch(), n(), lu_.data<T>(), pivots_.data(), sign.mutable_data<T>(),
                            log_abs.mutable_data<T>());
  }

 private:
  int64_t batch() const { return static_cast<int64_t>(status_.size()); }
  int64_t n() const { return lu_.dim(-1); }

  Tensor lu_;
  std::vector<int, PoolAllocator<int>> pivots_, status_;
};

// I, as wide as the matrices of x.
Tensor identity_of(const Tensor& x) { return eye(x.dim(-1), x.dtype()); }

}  // namespace

Shape Solve::shape(Inputs in) const { return solution_shape(in[0].shape(), in[1].shape(), name); }

void Solve::forward(Inputs in, Tensor& out) const {
  broadcast_into(in[1], out);
  visit_floating(out.dtype(), [&]<class T>() { Factors<T>(in[0], name).solve(transpose, out, name); });
}

// A x = b:  db = A'^-1 g,  dA = -db x';  A' x = b:  db = A^-1 g,  dA = -x db'
void Solve::vjp(Vjp& v, const Tensor& g) const {
  const Tensor db = apply(Solve{!transpose}, v.in(0), g);
  if (v.needs(0)) {
    v.give(0, neg(transpose ? outer_gradient(v.out(), db, v.shape(0))
                            : outer_gradient(db, v.out(), v.shape(0))));
  }
  if (v.needs(1)) v.give(1, db);
}

std::vector<OpCase<Solve>> Solve::cases() {
  std::vector<OpCase<Solve>> cases;
  for (const bool transpose : {false, true}) add_solve_cases(cases, Solve{transpose});
  return cases;
}

Shape LogAbsDet::shape(Inputs in) const {
  check_square(in[0].shape(), name);
  return batch_of(in[0].shape());
}

void LogAbsDet::forward(Inputs in, Tensor& out) const {
  Tensor sign = empty_like(out);
  visit_floating(out.dtype(), [&]<class T>() { Factors<T>(in[0], name).determinant(sign, out); });
}

void LogAbsDet::vjp(Vjp& v, const Tensor& g) const {
  const Tensor inverse_transposed = apply(Solve{true}, v.in(0), identity_of(v.in(0)));
  v.give(0, mul(unsqueeze(unsqueeze(g, -1), -1), inverse_transposed));
}

std::vector<OpCase<LogAbsDet>> LogAbsDet::cases() { return square_cases<LogAbsDet>(); }

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

Tensor solve(const Tensor& a, const Tensor& b) { return ops::solve_by(ops::Solve{}, a, b); }

Tensor inverse(const Tensor& a) {
  ops::check_square(a.shape(), "inverse");
  return solve(a, ops::identity_of(a));
}

SignAndLogDet slogdet(const Tensor& a) {
  const Tensor logabsdet = apply<ops::LogAbsDet>(a);
  Tensor sign = empty_like(logabsdet), log_abs = empty_like(logabsdet);
  visit_floating(a.dtype(), [&]<class T>() { ops::Factors<T>(a, "slogdet").determinant(sign, log_abs); });
  return {sign, logabsdet};
}

Tensor logdet(const Tensor& a) {
  const auto [sign, logabsdet] = slogdet(a);
  const std::vector<double> signs = sign.to_vector();
  for (size_t i = 0; i < signs.size(); ++i) {
    if (signs[i] >= 0) continue;
    throw Error("logdet: the determinant of {} is negative. Hint: use slogdet",
                ops::matrix_name(a.shape(), static_cast<int64_t>(i)));
  }
  return logabsdet;
}

Tensor det(const Tensor& a) {
  const auto [sign, logabsdet] = slogdet(a);
  return mul(sign, exp(logabsdet));
}

Tensor cholesky(const Tensor& a) { return apply<ops::Cholesky>(a); }

SymmetricEigen symmetric_eigen(const Tensor& a) {
  if (a.rank() != 2 || a.dim(0) != a.dim(1))
    throw Error("symmetric_eigen: {}. Hint: pass one square matrix (n, n)", a.shape().str());
  SymmetricEigen eigen{empty({a.dim(0)}, DType::f64), cast(a.detach(), DType::f64).clone()};
  kernels::symmetric_eigen(a.dim(0), eigen.vectors.mutable_data<double>(),
                           eigen.values.mutable_data<double>());
  return eigen;
}

}  // namespace gradzoo
