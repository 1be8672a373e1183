#include "autograd/ops/triangular.h"

#include <algorithm>

#include "autograd/kernels/gemm/factors.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/ops/batches.h"

namespace gradzoo {
namespace ops {

template <bool kUpper>
Shape Triangle<kUpper>::shape(Inputs in) const {
  check_matrices(in[0].shape(), name);
  return in[0].shape();
}

template <bool kUpper>
void Triangle<kUpper>::forward(Inputs in, Tensor& out) const {
  if (out.size() == 0) return;
  const int64_t rows = out.shape()[-2], columns = out.shape()[-1];
  visit_floating(out.dtype(), [&]<class T>() {
    const T* x = in[0].data<T>();
    T* y = out.mutable_data<T>();
    const int64_t offset = std::clamp(k, -rows, columns);  // beyond, nothing more changes
    const auto row_by_row = [=](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* from = x + row * columns;
        T* to = y + row * columns;
        const int64_t first_above = row % rows + offset + (kUpper ? 0 : 1);
        const int64_t border = std::clamp<int64_t>(first_above, 0, columns);
        std::fill(kUpper ? to : to + border, kUpper ? to + border : to + columns, T{0});
        std::copy(kUpper ? from + border : from, kUpper ? from + columns : from + border,
                  kUpper ? to + border : to);
      }
    };
    kernels::parallel_for(out.size() / columns, std::max<int64_t>(1, 8192 / columns), 1, row_by_row);
  });
}

template <bool kUpper>
std::vector<OpCase<Triangle<kUpper>>> Triangle<kUpper>::cases() {
  const std::pair<Shape, int64_t> list[] = {{{3, 3}, 0},  {{3, 4}, 1},    {{4, 3}, -1},   {{3, 3}, 5},
                                            {{3, 3}, -5}, {{1, 1}, 0},    {{0, 2}, 0},    {{2, 0}, 1},
                                            {{1, 4}, 2},  {{2, 3, 2}, 0}, {{0, 2, 2}, 0}, {{2, 1, 2, 3}, -1}};
  std::vector<OpCase<Triangle>> cases;
  for (const auto& [shape, k] : list) cases.push_back({Triangle{k}, {{.shape = shape}}});
  return cases;
}

template struct Triangle<false>;
template struct Triangle<true>;

Shape TriangularSolve::shape(Inputs in) const { return solution_shape(in[0].shape(), in[1].shape(), name); }

void TriangularSolve::forward(Inputs in, Tensor& out) const {
  const Shape& shape = in[0].shape();
  const int64_t n = shape[-1];
  visit_floating(out.dtype(), [&]<class T>() {
    const T* t = in[0].data<T>();
    for (int64_t i = 0; i < batch_of(shape).size() * n; ++i) {
      if (t[i / n * n * n + i % n * (n + 1)] != 0) continue;
      throw Error("{}: element {} on the diagonal of {} is 0. Hint: a triangle with a 0 there has no inverse",
                  name, i % n, matrix_name(shape, i / n));
    }
    broadcast_into(in[1], out);
    const Tensor which = matrix_of_each(shape, out.shape());
    kernels::triangular_solve(which.size(), n, out.shape()[-1], upper, transpose, t, which.data<int64_t>(),
                              out.mutable_data<T>());
  });
}

// T x = b:  db = T'^-1 g,  dT = -db x';  T' x = b:  db = T^-1 g,  dT = -x db': the triangle of either.
void TriangularSolve::vjp(Vjp& v, const Tensor& g) const {
  const Tensor db = apply(TriangularSolve{upper, !transpose}, v.in(0), g);
  if (v.needs(0)) {
    const Tensor product =
        transpose ? outer_gradient(v.out(), db, v.shape(0)) : outer_gradient(db, v.out(), v.shape(0));
    v.give(0, neg(upper ? triu(product) : tril(product)));
  }
  if (v.needs(1)) v.give(1, db);
}

std::vector<OpCase<TriangularSolve>> TriangularSolve::cases() {
  std::vector<OpCase<TriangularSolve>> cases;
  for (const bool upper : {false, true}) {
    for (const bool transpose : {false, true}) add_solve_cases(cases, TriangularSolve{upper, transpose});
  }
  return cases;
}

}  // namespace ops

Tensor tril(const Tensor& x, int64_t k) { return apply(ops::Tril{k}, x); }

Tensor triu(const Tensor& x, int64_t k) { return apply(ops::Triu{k}, x); }

Tensor triangular_solve(const Tensor& t, const Tensor& b, TriangularOptions options) {
  return ops::solve_by(ops::TriangularSolve{options.upper, options.transpose}, t, b);
}

}  // namespace gradzoo
