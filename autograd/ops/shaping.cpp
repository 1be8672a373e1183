#include "autograd/ops/shaping.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

#include "autograd/kernels/move/move.h"

namespace gradzoo {
namespace ops {

Strides contiguous_strides(const Shape& shape) {
  Strides strides{};
  int64_t stride = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[static_cast<size_t>(i)] = stride;
    stride *= shape[i];
  }
  return strides;
}

namespace {

// `shape` with its -1 replaced by what x leaves for it; the rest must hold x's elements.
Shape resolved(const Shape& x, const Shape& shape) {
  const auto is_open = [](int64_t size) { return size < 0; };
  Shape out = shape;
  if (std::count_if(shape.begin(), shape.end(), is_open) == 1) {
    const int axis = static_cast<int>(std::find_if(shape.begin(), shape.end(), is_open) - shape.begin());
    out.set(axis, 1);
    const int64_t rest = out.size();
    const bool fits = rest != 0 && x.size() % rest == 0;
    out.set(axis, fits ? x.size() / rest : -1);
  }
  if (std::any_of(out.begin(), out.end(), is_open) || out.size() != x.size()) {
    throw Error(
        "reshape: {} has {} elements, which {} does not hold. Hint: sizes multiply to {}, and "
        "one of them may be -1",
        x.str(), x.size(), shape.str(), x.size());
  }
  return out;
}

}  // namespace

void Clone::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::copy_bytes(in[0].data<T>(), out.mutable_data<T>(), out.size() * static_cast<int64_t>(sizeof(T)));
  });
}

Shape Reshape::shape(Inputs in) const { return resolved(in[0].shape(), target); }

std::vector<OpCase<Reshape>> Reshape::cases() {
  return shape_cases<Reshape, Shape>({{{}, {1}},
                                      {{6}, {2, 3}},
                                      {{2, 3}, {3, 2}},
                                      {{2, 1, 3}, {6}},
                                      {{1, 1}, {}},
                                      {{0}, {2, 0}},
                                      {{2, 3, 2}, {4, 3}},
                                      {{2, 3}, {2, 1, 3}}});
}

Shape BroadcastTo::shape(Inputs in) const {
  const Shape& x = in[0].shape();
  if (x.rank() != target.rank() || broadcast_shapes(x, target, name) != target)
    throw Error("{}: {} does not broadcast to {}. Hint: sizes agree or are 1 in the first", name, x.str(),
                target.str());
  return target;
}

void BroadcastTo::forward(Inputs in, Tensor& out) const {
  Strides strides = contiguous_strides(in[0].shape());
  for (int i = 0; i < target.rank(); ++i) {
    if (in[0].shape()[i] == 1) strides[static_cast<size_t>(i)] = 0;
  }
  visit_any(out.dtype(), [&]<class T>() {
    kernels::strided_copy(in[0].data<T>(), out.mutable_data<T>(), target.rank(), target.begin(),
                          strides.data());
  });
}

std::vector<OpCase<BroadcastTo>> BroadcastTo::cases() {
  return shape_cases<BroadcastTo, Shape>({{{}, {}},
                                          {{1}, {4}},
                                          {{3, 4}, {3, 4}},
                                          {{1, 4}, {3, 4}},
                                          {{3, 1}, {3, 4}},
                                          {{1, 1}, {3, 2}},
                                          {{2, 1, 4}, {2, 3, 4}},
                                          {{1, 3, 1}, {2, 3, 2}},
                                          {{1}, {0}},
                                          {{2, 1}, {2, 0}}});
}

Shape Transpose::shape(Inputs in) const {
  Shape out = in[0].shape();
  out.set(axis_a, in[0].shape()[axis_b]);
  out.set(axis_b, in[0].shape()[axis_a]);
  return out;
}

void Transpose::forward(Inputs in, Tensor& out) const {
  Strides strides = contiguous_strides(in[0].shape());
  const int rank = out.rank();
  const int a = axis_a + rank, b = axis_b + rank;
  std::swap(strides[static_cast<size_t>(a)], strides[static_cast<size_t>(b)]);
  visit_any(out.dtype(), [&]<class T>() {
    kernels::strided_copy(in[0].data<T>(), out.mutable_data<T>(), rank, out.shape().begin(), strides.data());
  });
}

std::vector<OpCase<Transpose>> Transpose::cases() {
  return shape_cases<Transpose>({{{3, 4}, {-2, -1}},
                                 {{1, 4}, {-2, -1}},
                                 {{0, 2}, {-1, -2}},
                                 {{2, 3, 4}, {-3, -1}},
                                 {{2, 3, 4}, {-3, -2}},
                                 {{2, 1, 3}, {-2, -1}},
                                 {{3}, {-1, -1}},
                                 {{2, 3, 1, 2}, {-4, -1}},
                                 {{2, 3, 2, 2}, {-3, -2}},
                                 {{2, 2, 3, 2}, {-1, -3}},
                                 {{2, 0, 3}, {-3, -1}}});
}

void Flip::forward(Inputs in, Tensor& out) const {
  if (out.size() == 0) return;
  const AxisView view = view_from_end(out.shape(), axis);
  const std::array<int64_t, 3> dims = {view.outer, view.n, view.inner};
  const std::array<int64_t, 3> strides = {view.n * view.inner, -view.inner, 1};
  visit_any(out.dtype(), [&]<class T>() {
    const T* last = in[0].data<T>() + (view.n - 1) * view.inner;
    kernels::strided_copy(last, out.mutable_data<T>(), 3, dims.data(), strides.data());
  });
}

}  // namespace ops

Tensor clone(const Tensor& x) { return apply<ops::Clone>(x); }

Tensor reshape(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  return ops::apply_move(ops::Reshape{ops::resolved(x.shape(), shape)}, x);
}

Tensor flatten_rows(const Tensor& x) {
  if (x.rank() == 0) throw Error("flatten_rows: a scalar has no rows. Hint: reshape it to (1,1)");
  return x.rank() == 2 ? x : reshape(x, {x.shape()[0], x.shape().erase(0).size()});
}

Tensor unsqueeze(const Tensor& x, int axis) {
  return reshape(x, x.shape().insert(normalize_axis(axis, x.rank() + 1, "unsqueeze"), 1));
}

Tensor squeeze(const Tensor& x, int axis) {
  axis = normalize_axis(axis, x.rank(), "squeeze");
  if (x.shape()[axis] != 1)
    throw Error("squeeze: axis {} of {} has size {}. Hint: only an axis of size 1 can be dropped", axis,
                x.shape().str(), x.shape()[axis]);
  return reshape(x, x.shape().erase(axis));
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (x.rank() > shape.rank())
    throw Error("broadcast_to: {} has more axes than {}. Hint: sum_to removes axes", x.shape().str(),
                shape.str());
  Shape aligned = x.shape();
  while (aligned.rank() < shape.rank()) aligned = aligned.insert(0, 1);
  const Tensor y = reshape(x, aligned);
  return aligned == shape ? y : ops::apply_move(ops::BroadcastTo{shape}, y);
}

Tensor tile_rows(const Tensor& x, int64_t copies) {
  if (x.rank() == 0 || copies < 1)
    throw Error("tile_rows: {} copies of {}. Hint: make at least one copy of a tensor with rows", copies,
                x.shape().str());
  if (copies == 1) return x;
  Shape repeated = x.shape();
  repeated.set(0, copies * x.dim(0));
  return reshape(broadcast_to(unsqueeze(x, 0), x.shape().insert(0, copies)), repeated);
}

Tensor transpose(const Tensor& x, int axis_a, int axis_b) {
  const int a = ops::axis_from_end(axis_a, x.rank(), "transpose");
  const int b = ops::axis_from_end(axis_b, x.rank(), "transpose");
  return a == b ? x : ops::apply_move(ops::Transpose{a, b}, x);
}

Tensor permute(const Tensor& x, std::span<const int> axes) {
  const auto rank = static_cast<size_t>(x.rank());
  if (axes.size() != rank)
    throw Error("permute: {} axes for {}. Hint: name each of its axes once", axes.size(), x.shape().str());
  std::array<int, kMaxRank> at{};  // which of x's axes stands where
  std::iota(at.begin(), at.end(), 0);
  Tensor y = x;
  for (size_t i = 0; i < rank; ++i) {
    const int wanted = normalize_axis(axes[i], x.rank(), "permute");
    const auto found = std::find(at.begin() + static_cast<std::ptrdiff_t>(i), at.end(), wanted);
    if (found == at.end())
      throw Error("permute: axis {} of {} is named twice. Hint: name each of its axes once", wanted,
                  x.shape().str());
    const auto from = static_cast<size_t>(found - at.begin());
    y = transpose(y, static_cast<int>(i), static_cast<int>(from));
    std::swap(at[i], at[from]);
  }
  return y;
}

Tensor stack(std::span<const Tensor> parts, int axis) {
  if (parts.empty()) throw Error("stack: no parts are given. Hint: pass at least one tensor");
  Tensors lifted;
  for (const Tensor& part : parts) {
    if (part.shape() != parts[0].shape())
      throw Error("stack: parts {} and {} differ. Hint: pass one shape; concat joins different ones",
                  parts[0].shape().str(), part.shape().str());
    lifted.push_back(unsqueeze(part, axis));
  }
  return concat(lifted, normalize_axis(axis, parts[0].rank() + 1, "stack"));
}

Tensors split(const Tensor& x, int64_t size, int axis) {
  axis = normalize_axis(axis, x.rank(), "split");
  if (size < 1) throw Error("split: pieces of {} elements. Hint: use at least 1", size);
  Tensors pieces;
  for (int64_t begin = 0; begin < x.dim(axis); begin += size)
    pieces.push_back(slice(x, axis, begin, std::min(begin + size, x.dim(axis))));
  return pieces;
}

Tensor flip(const Tensor& x, int axis) {
  return ops::apply_move(ops::Flip{ops::axis_from_end(axis, x.rank(), "flip")}, x);
}

}  // namespace gradzoo
