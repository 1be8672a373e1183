#include "autograd/ops/laplacian.h"

#include "autograd/kernels/chain_laplacian.h"

namespace gradzoo {
namespace ops {
namespace {

// Leading axes of size 1, then the factors' own: rows that every copy shares.
bool are_shared_or_whole(const Shape& row, const Shape& point) {
  int axis = 0;
  while (axis < row.rank() && row[axis] == 1) ++axis;
  for (; axis < row.rank(); ++axis) {
    if (row[axis] != point[axis]) return false;
  }
  return true;
}

kernels::ChainShape sizes(const ChainLaplacian& op, const Shape& rows, const Shape& factor) {
  return {rows[0] - 1, factor.size(), rows.erase(0).size(), op.keeps_jacobian};
}

}  // namespace

Shape ChainLaplacian::shape(Inputs in) const {
  const Shape &rows = in[0].shape(), &first = in[1].shape(), &second = in[2].shape();
  if (first != second || rows.rank() != first.rank() + 1 || rows[0] < 1 ||
      !are_shared_or_whole(rows.erase(0), first)) {
    throw Error("{}: rows {}, f' {} and f'' {} do not fit. Hint: rows are (K+1, ...z), f' and f'' like z",
                name, rows.str(), first.str(), second.str());
  }
  return first.insert(0, keeps_jacobian ? rows[0] : 1);
}

void ChainLaplacian::forward(Inputs in, Tensor& out) const {
  if (out.size() == 0) return;
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::chain_laplacian(sizes(*this, in[0].shape(), in[1].shape()), in[0].data<T>(), in[1].data<T>(),
                             in[2].data<T>(), out.mutable_data<T>());
  });
}

void ChainLaplacian::vjp(Vjp& v, const Tensor& g) const {
  const Tensor& rows = v.in(0);
  const int64_t k = rows.dim(0) - 1;
  const Tensor j = slice(rows, 0, 0, k), l = slice(rows, 0, k, k + 1);
  const Tensor last = keeps_jacobian ? slice(g, 0, k, k + 1) : g;  // (1, ...z)
  if (v.needs(0)) {
    const Tensor &f1 = v.in(1), &f2 = v.in(2);
    Tensor dj = mul(j, mul(mul(last, f2), 2.0));
    if (keeps_jacobian) dj = add(dj, mul(slice(g, 0, 0, k), f1));
    v.give(0, concat(dj, mul(last, f1), 0));
  }
  if (v.needs(1)) {
    const Tensor along = mul(last, l);
    v.give(1, sum(keeps_jacobian ? concat(mul(slice(g, 0, 0, k), j), along, 0) : along, 0));
  }
  if (v.needs(2)) v.give(2, mul(reshape(last, v.shape(2)), sum(square(j), 0)));
}

void ChainLaplacian::vjp_fast(Vjp& v, const Tensor& g) const {
  if (!v.needs(0) || !v.needs(1) || !v.needs(2) || g.size() == 0) return vjp(v, g);
  const Tensor &rows = v.in(0), &f1 = v.in(1), &f2 = v.in(2);
  Tensor d_rows = empty_like(rows), d_f1 = empty_like(f1), d_f2 = empty_like(f2);
  visit_floating(g.dtype(), [&]<class T>() {
    kernels::chain_laplacian_grad(sizes(*this, rows.shape(), f1.shape()), rows.data<T>(), f1.data<T>(),
                                  f2.data<T>(), g.data<T>(), d_rows.mutable_data<T>(), d_f1.mutable_data<T>(),
                                  d_f2.mutable_data<T>());
  });
  v.give(0, std::move(d_rows));
  v.give(1, std::move(d_f1));
  v.give(2, std::move(d_f2));
}

std::vector<OpCase<ChainLaplacian>> ChainLaplacian::cases() {
  const std::pair<Shape, Shape> shapes[] = {
      {{3, 4}, {4}}, {{3, 2, 3}, {2, 3}}, {{3, 1, 3}, {2, 3}}, {{1, 2, 3}, {2, 3}}, {{2, 1, 1, 2}, {3, 2, 2}},
      {{4}, {}},     {{3, 0}, {0}},       {{2, 1, 2}, {0, 2}}};
  std::vector<OpCase<ChainLaplacian>> cases;
  for (const auto& [rows, factor] : shapes) {
    for (const bool keeps : {true, false})
      cases.push_back({{keeps}, {{.shape = rows}, {.shape = factor}, {.shape = factor}}});
  }
  return cases;
}

}  // namespace ops

Tensor chain_laplacian(const Tensor& rows, const Tensor& f1, const Tensor& f2, bool keeps_jacobian) {
  return apply(ops::ChainLaplacian{keeps_jacobian}, rows, f1, f2);
}

}  // namespace gradzoo
