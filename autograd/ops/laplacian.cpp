#include "autograd/ops/laplacian.h"

#include "autograd/kernels/pointwise/chain_laplacian.h"

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

kernels::ChainShape sizes(const ChainLaplacian& op, const Shape& rows, const Shape& slopes) {
  return {rows[0] - 1, slopes.size() / 2, rows.erase(0).size(), op.keeps_jacobian};
}

}  // namespace

Shape ChainLaplacian::shape(Inputs in) const {
  const Shape &rows = in[0].shape(), &slopes = in[1].shape();
  if (rows.rank() != slopes.rank() || rows.rank() == 0 || slopes[0] != 2 || rows[0] < 1 ||
      !are_shared_or_whole(rows.erase(0), slopes.erase(0))) {
    throw Error("{}: rows {} and slopes {} do not fit. Hint: pass rows (K+1, ...z) and slopes (2, ...z)",
                name, rows.str(), slopes.str());
  }
  Shape out = slopes;
  out.set(0, keeps_jacobian ? rows[0] : 1);
  return out;
}

void ChainLaplacian::forward(Inputs in, Tensor& out) const {
  if (out.size() == 0) return;
  const kernels::ChainShape s = sizes(*this, in[0].shape(), in[1].shape());
  visit_floating(out.dtype(), [&]<class T>() {
    const T* f1 = in[1].data<T>();
    kernels::chain_laplacian(s, in[0].data<T>(), f1, f1 + s.points, out.mutable_data<T>());
  });
}

void ChainLaplacian::vjp(Vjp& v, const Tensor& g) const {
  const Tensor& rows = v.in(0);
  const int64_t k = rows.dim(0) - 1;
  const Tensor j = slice(rows, 0, 0, k), l = slice(rows, 0, k, k + 1);
  const Tensor last = keeps_jacobian ? slice(g, 0, k, k + 1) : g;  // (1, ...z)
  if (v.needs(0)) {
    const Tensor f1 = slice(v.in(1), 0, 0, 1), f2 = slice(v.in(1), 0, 1, 2);
    Tensor dj = mul(j, mul(mul(last, f2), 2.0));
    if (keeps_jacobian) dj = add(dj, mul(slice(g, 0, 0, k), f1));
    v.give(0, concat(dj, mul(last, f1), 0));
  }
  if (v.needs(1)) {
    Tensor d_f1 = mul(last, l);
    if (keeps_jacobian) d_f1 = add(d_f1, unsqueeze(sum(mul(slice(g, 0, 0, k), j), 0), 0));
    v.give(1, concat(d_f1, mul(last, unsqueeze(sum(square(j), 0), 0)), 0));
  }
}

void ChainLaplacian::vjp_fast(Vjp& v, const Tensor& g) const {
  if (!v.needs(0) || !v.needs(1) || g.size() == 0) return vjp(v, g);
  const Tensor &rows = v.in(0), &slopes = v.in(1);
  Tensor d_rows = empty_like(rows), d_slopes = empty_like(slopes);
  const kernels::ChainShape s = sizes(*this, rows.shape(), slopes.shape());
  visit_floating(g.dtype(), [&]<class T>() {
    const T* f1 = slopes.data<T>();
    T* d_f1 = d_slopes.mutable_data<T>();
    kernels::chain_laplacian_grad(s, rows.data<T>(), f1, f1 + s.points, g.data<T>(), d_rows.mutable_data<T>(),
                                  d_f1, d_f1 + s.points);
  });
  v.give(0, std::move(d_rows));
  v.give(1, std::move(d_slopes));
}

std::vector<OpCase<ChainLaplacian>> ChainLaplacian::cases() {
  const std::pair<Shape, Shape> shapes[] = {
      {{3, 4}, {2, 4}},       {{3, 2, 3}, {2, 2, 3}},       {{3, 1, 3}, {2, 2, 3}},
      {{1, 2, 3}, {2, 2, 3}}, {{2, 1, 1, 2}, {2, 3, 2, 2}}, {{4}, {2}},
      {{3, 0}, {2, 0}},       {{2, 1, 2}, {2, 0, 2}}};
  std::vector<OpCase<ChainLaplacian>> cases;
  for (const auto& [rows, slopes] : shapes) {
    for (const bool keeps : {true, false}) cases.push_back({{keeps}, {{.shape = rows}, {.shape = slopes}}});
  }
  return cases;
}

}  // namespace ops

Tensor chain_laplacian(const Tensor& rows, const Tensor& slopes, bool keeps_jacobian) {
  return apply(ops::ChainLaplacian{keeps_jacobian}, rows, slopes);
}

}  // namespace gradzoo
