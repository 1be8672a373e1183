#include "autograd/ops/linalg.h"

#include <fmt/format.h>

#include "autograd/kernels/gemm/gemm.h"
#include "autograd/ops/batches.h"
#include "autograd/ops/elementwise.h"

namespace gradzoo {
namespace ops {
namespace {

// (..., n) as a matrix (rows, n).
Tensor as_rows(const Tensor& x) {
  return x.rank() == 2 ? x : reshape(x, {x.shape().erase(x.rank() - 1).size(), x.shape()[-1]});
}

[[noreturn]] void throw_inner_dimensions(const MatMul& op, const Shape& a, const Shape& b) {
  const int64_t k = a[op.transpose_a ? -2 : -1], other_k = a[op.transpose_a ? -1 : -2];
  const int64_t l = b[op.transpose_b ? -1 : -2], other_l = b[op.transpose_b ? -2 : -1];
  const std::string hint = k == other_l   ? fmt::format("pass transpose_b = {}", !op.transpose_b)
                           : other_k == l ? fmt::format("pass transpose_a = {}", !op.transpose_a)
                                          : "the columns of the first must be the rows of the second";
  const auto mark = [](bool transposed) { return transposed ? "'" : ""; };
  throw Error("matmul: inner dimensions differ: {}{} x {}{}. Hint: {}", a.str(), mark(op.transpose_a),
              b.str(), mark(op.transpose_b), hint);
}

// Sizes of one product, and of one matrix of each operand.
struct Sizes {
  int64_t m, n, k;
  int64_t a, b, c;
};

Sizes sizes_of(const MatMul& op, const Shape& a, const Shape& b) {
  const int64_t m = a[op.transpose_a ? -1 : -2], k = a[op.transpose_a ? -2 : -1];
  const int64_t n = b[op.transpose_b ? -2 : -1];
  return {m, n, k, m * k, k * n, m * n};
}

// One batched product for each index of the leading axes but the last, each operand at its own strides.
template <class T>
void batched(const MatMul& op, const Sizes& s, kernels::Broadcast layout, const T* a, const T* b, T beta,
             T* c) {
  if (layout.rank == 0) layout = {.rank = 1, .dims = {1}, .stride_a = {0}, .stride_b = {0}};
  const int last = layout.rank - 1;
  int64_t outer = 1;
  for (int i = 0; i < last; ++i) outer *= layout.dims[i];
  const int64_t batch = layout.dims[last];
  for (int64_t o = 0; o < outer; ++o) {
    int64_t at_a = 0, at_b = 0;
    for (int64_t i = last - 1, rest = o; i >= 0; --i) {
      at_a += rest % layout.dims[i] * layout.stride_a[i];
      at_b += rest % layout.dims[i] * layout.stride_b[i];
      rest /= layout.dims[i];
    }
    kernels::gemm_batched(batch, op.transpose_a, op.transpose_b, s.m, s.n, s.k, a + at_a * s.a,
                          layout.stride_a[last] * s.a, b + at_b * s.b, layout.stride_b[last] * s.b, beta,
                          c + o * batch * s.c, s.c);
  }
}

// y = op(a) op(b) + beta y
void multiply(const MatMul& op, Inputs in, double beta, Tensor& y) {
  const Shape& a = in[0].shape();
  const Shape& b = in[1].shape();
  const Sizes s = sizes_of(op, a, b);
  const Shape batch_a = batch_of(a), batch_b = batch_of(b);
  visit_floating(y.dtype(), [&]<class T>() {
    const T* pa = in[0].data<T>();
    const T* pb = in[1].data<T>();
    T* py = y.mutable_data<T>();
    const T keep = static_cast<T>(beta);
    if (batch_b.size() == 1 &&
        (!op.transpose_a || batch_a.size() == 1)) {  // the rows of all a's are one matrix
      kernels::gemm(op.transpose_a, op.transpose_b, batch_a.size() * s.m, s.n, s.k, pa, pb, keep, py);
    } else if (batch_a == batch_b) {
      kernels::gemm_batched(batch_a.size(), op.transpose_a, op.transpose_b, s.m, s.n, s.k, pa, s.a, pb, s.b,
                            keep, py, s.c);
    } else {
      batched(op, s, broadcast_layout(batch_a, batch_b, batch_of(y.shape())), pa, pb, keep, py);
    }
  });
}

}  // namespace

std::string MatMul::attributes() const {
  if (transpose_a && transpose_b) return "transpose_a, transpose_b";
  return transpose_a ? "transpose_a" : transpose_b ? "transpose_b" : "";
}

Shape MatMul::shape(Inputs in) const {
  const Shape& a = in[0].shape();
  const Shape& b = in[1].shape();
  if (a.rank() < 2 || b.rank() < 2)
    throw Error("matmul: {} x {}: operands have at least 2 axes. Hint: unsqueeze a vector", a.str(), b.str());
  if (a[transpose_a ? -2 : -1] != b[transpose_b ? -1 : -2]) throw_inner_dimensions(*this, a, b);
  const Shape batch = broadcast_shapes(batch_of(a), batch_of(b), name);
  return batch.insert(batch.rank(), a[transpose_a ? -1 : -2])
      .insert(batch.rank() + 1, b[transpose_b ? -2 : -1]);
}

void MatMul::forward(Inputs in, Tensor& out) const { multiply(*this, in, 0, out); }

void MatMul::accumulate(Inputs in, Tensor& sum) const { multiply(*this, in, 1, sum); }

// y = op(a) op(b):  d op(a) = g op(b)',  d op(b) = op(a)' g
void MatMul::vjp(Vjp& v, const Tensor& g) const {
  if (v.needs(0)) {
    const Tensor& b = v.in(1);
    v.give(0, transpose_a ? matmul(b, g, transpose_b, true) : matmul(g, b, false, !transpose_b));
  }
  if (v.needs(1)) {
    if (v.shape(1).rank() == 2 &&
        (!transpose_a || g.rank() == 2)) {  // sums over the batch inside the product
      const Tensor a = as_rows(v.in(0)), h = as_rows(g);
      if (transpose_b) return v.give(1, MatMul{true, transpose_a}, h, a);
      return v.give(1, MatMul{!transpose_a, false}, a, h);
    }
    const Tensor& a = v.in(0);
    v.give(1, transpose_b ? matmul(g, a, true, transpose_a) : matmul(a, g, !transpose_a, false));
  }
}

std::vector<OpCase<MatMul>> MatMul::cases() {
  const std::pair<Shape, Shape> shapes[] = {{{3, 4}, {4, 2}},
                                            {{1, 1}, {1, 1}},
                                            {{2, 0}, {0, 3}},
                                            {{0, 2}, {2, 3}},
                                            {{2, 3, 4}, {4, 2}},
                                            {{2, 3, 4}, {2, 4, 1}},
                                            {{3, 2}, {2, 2, 3}},
                                            {{2, 1, 2, 3}, {2, 3, 2}},
                                            {{1, 2, 3}, {2, 3, 2}},
                                            {{0, 2, 3}, {3, 2}},
                                            {{2, 1, 1, 2}, {1, 2, 2, 1}}};
  const auto transposed = [](Shape s) {
    const int64_t rows = s[-2];
    s.set(-2, s[-1]);
    s.set(-1, rows);
    return s;
  };
  std::vector<OpCase<MatMul>> cases;
  for (const auto& [a, b] : shapes) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        cases.push_back(
            {MatMul{ta, tb}, {{.shape = ta ? transposed(a) : a}, {.shape = tb ? transposed(b) : b}}});
      }
    }
  }
  return cases;
}

namespace {

void check_linear(const Shape& x, const Shape& weight) {
  if (weight.rank() == 2 && x.rank() >= 1 && x[-1] == weight[1]) return;
  throw Error("linear: x {} does not fit weight {}. Hint: x is (..., in) and weight is (out, in)", x.str(),
              weight.str());
}

}  // namespace

Shape Linear::shape(Inputs in) const {
  const Shape& weight = in[1].shape();
  check_linear(in[0].shape(), weight);
  if (in[2].shape() != Shape{weight[0]})
    throw Error("linear: bias {} does not fit weight {}. Hint: weight is (out, in), bias (out)",
                in[2].shape().str(), weight.str());
  Shape out = in[0].shape();
  out.set(-1, weight[0]);
  return out;
}

void Linear::forward(Inputs in, Tensor& out) const {
  const Shape& weight = in[1].shape();
  const int64_t rows = in[0].shape().erase(in[0].rank() - 1).size();
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::gemm(false, true, rows, weight[0], weight[1], in[0].data<T>(), in[1].data<T>(), T{0},
                  out.mutable_data<T>(), in[2].data<T>());
  });
}

void Linear::vjp(Vjp& v, const Tensor& g) const {
  if (v.needs(0)) {
    const Tensor dx = matmul(as_rows(g), v.in(1));  // (rows, in)
    v.give(0, g.rank() == 2 ? dx : reshape(dx, v.shape(0)));
  }
  if (v.needs(1)) v.give(1, MatMul{true, false}, as_rows(g), as_rows(v.in(0)));
  if (v.needs(2)) v.give(2, g);
}

std::vector<OpCase<Linear>> Linear::cases() {
  const std::pair<Shape, Shape> shapes[] = {{{3}, {2, 3}},    {{4, 3}, {2, 3}},      {{2, 2, 3}, {1, 3}},
                                            {{1, 1}, {1, 1}}, {{0, 3}, {2, 3}},      {{2, 0}, {3, 0}},
                                            {{2, 3}, {0, 3}}, {{2, 1, 2, 2}, {2, 2}}};
  std::vector<OpCase<Linear>> cases;
  for (const auto& [x, weight] : shapes)
    cases.push_back({Linear{}, {{.shape = x}, {.shape = weight}, {.shape = {weight[0]}}}});
  return cases;
}

}  // namespace ops

Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  return apply(ops::MatMul{transpose_a, transpose_b}, a, b);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (bias.defined()) return apply<ops::Linear>(x, weight, bias);
  ops::check_linear(x.shape(), weight.shape());
  if (x.rank() > 1) return matmul(x, weight, false, true);
  return reshape(matmul(unsqueeze(x, 0), weight, false, true), {weight.shape()[0]});
}

Tensor dot(const Tensor& a, const Tensor& b) {
  if (a.rank() != 1 || a.shape() != b.shape())
    throw Error("dot: {} and {}. Hint: pass two vectors of the same size; einsum sums over any axes",
                a.shape().str(), b.shape().str());
  return sum(mul(a, b));
}

Tensor outer(const Tensor& a, const Tensor& b) {
  if (a.rank() != 1 || b.rank() != 1)
    throw Error("outer: {} and {}. Hint: pass two vectors; einsum takes other shapes", a.shape().str(),
                b.shape().str());
  return mul(unsqueeze(a, 1), b);
}

}  // namespace gradzoo
