#include "autograd/ops/diagonal.h"

#include <algorithm>
#include <array>

#include "autograd/kernels/move/move.h"
#include "autograd/ops/batches.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace ops {
namespace {

// The k-th diagonals of (batch, rows, columns): `count` elements from `first`, `stride` apart.
struct DiagonalView {
  int64_t batch, size, first, stride, count;
  std::array<int64_t, 2> dims() const { return {batch, count}; }
  std::array<int64_t, 2> strides() const { return {size, stride}; }
};

DiagonalView diagonal_view(const Shape& x, int64_t k) {
  const int64_t rows = x[-2], columns = x[-1];
  const int64_t row = std::max<int64_t>(0, -k), column = std::max<int64_t>(0, k);
  return {batch_of(x).size(), rows * columns, row * columns + column, columns + 1,
          std::max<int64_t>(0, std::min(rows - row, columns - column))};
}

}  // namespace

Shape Diagonal::shape(Inputs in) const {
  const Shape& x = in[0].shape();
  check_matrices(x, name);
  const Shape batch = batch_of(x);
  return batch.insert(batch.rank(), diagonal_view(x, k).count);
}

void Diagonal::forward(Inputs in, Tensor& out) const {
  if (out.size() == 0) return;
  const DiagonalView view = diagonal_view(in[0].shape(), k);
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::strided_copy(in[0].data<T>() + view.first, out.mutable_data<T>(), 2, view.dims().data(),
                          view.strides().data());
  });
}

void Diagonal::vjp(Vjp& v, const Tensor& g) const {
  v.give(0, apply(DiagEmbed{k, v.shape(0)[-2], v.shape(0)[-1]}, g));
}

std::vector<OpCase<Diagonal>> Diagonal::cases() {
  return shape_cases<Diagonal, int64_t>({{{3, 3}, 0},
                                         {{3, 4}, 1},
                                         {{4, 3}, -2},
                                         {{2, 2}, 3},
                                         {{2, 2}, -2},
                                         {{1, 1}, 0},
                                         {{0, 2}, 0},
                                         {{2, 0}, 0},
                                         {{1, 4}, 0},
                                         {{2, 3, 2}, 0},
                                         {{0, 2, 2}, 0},
                                         {{2, 1, 2, 3}, -1}});
}

Shape DiagEmbed::shape(Inputs in) const {
  const Shape& x = in[0].shape();
  const Shape batch = x.erase(x.rank() - 1);
  const Shape out = batch.insert(batch.rank(), rows).insert(batch.rank() + 1, columns);
  if (diagonal_view(out, k).count != x[-1])
    throw Error("{}: {} is not diagonal {} of {}. Hint: pass as many elements as this diagonal has", name,
                x.str(), k, out.str());
  return out;
}

void DiagEmbed::forward(Inputs in, Tensor& out) const {
  const DiagonalView view = diagonal_view(out.shape(), k);
  visit_floating(out.dtype(), [&]<class T>() {
    T* values = out.mutable_data<T>();
    std::fill_n(values, out.size(), T{0});
    if (in[0].size() == 0) return;
    kernels::strided_store(in[0].data<T>(), values + view.first, 2, view.dims().data(),
                           view.strides().data());
  });
}

std::vector<OpCase<DiagEmbed>> DiagEmbed::cases() {
  return shape_cases<DiagEmbed>({{{3}, {0, 3, 3}},
                                 {{2}, {1, 3, 3}},
                                 {{2}, {-1, 3, 3}},
                                 {{2}, {1, 3, 3}},
                                 {{2}, {-2, 4, 2}},
                                 {{0}, {0, 0, 2}},
                                 {{0}, {3, 2, 2}},
                                 {{1}, {0, 1, 4}},
                                 {{2, 2}, {0, 2, 3}},
                                 {{0, 2}, {0, 2, 2}},
                                 {{2, 2}, {1, 2, 3}},
                                 {{2, 1, 2}, {0, 2, 2}}});
}

}  // namespace ops

Tensor diagonal(const Tensor& x, int64_t k) { return apply(ops::Diagonal{k}, x); }

Tensor diag_embed(const Tensor& x, int64_t k) {
  if (x.rank() == 0) throw Error("diag_embed: a scalar has no axis. Hint: reshape it to (1)");
  const int64_t n = x.dim(-1) + (k < 0 ? -k : k);
  return apply(ops::DiagEmbed{k, n, n}, x);
}

Tensor diag(const Tensor& x, int64_t k) {
  if (x.rank() == 1) return diag_embed(x, k);
  if (x.rank() == 2) return diagonal(x, k);
  throw Error("diag: {} is neither a vector nor a matrix. Hint: use diag_embed or diagonal for a batch",
              x.shape().str());
}

Tensor trace(const Tensor& x) { return sum(diagonal(x), -1); }

}  // namespace gradzoo
