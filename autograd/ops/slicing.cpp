#include "autograd/ops/slicing.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "autograd/kernels/move/move.h"

namespace gradzoo {
namespace ops {
namespace {

// One past the last of n places begin, begin + step, ...
int64_t end_of(int64_t begin, int64_t n, int64_t step) { return n == 0 ? begin : begin + (n - 1) * step + 1; }

void check_places(const char* op, const Shape& shape, int axis, int64_t begin, int64_t end, int64_t size,
                  int64_t step) {
  if (begin >= 0 && begin <= end && end <= size && step >= 1) return;
  throw Error(
      "{}: [{}, {}) in steps of {} on axis {} of {} reaches outside [0, {}]. Hint: 0 <= begin <= "
      "end <= size and step >= 1",
      op, begin, end, step, axis + shape.rank(), shape.str(), size);
}

}  // namespace

Shape Slice::shape(Inputs in) const {
  Shape out = in[0].shape();
  check_places(name, out, axis, begin, end_of(begin, count, step), out[axis], step);
  out.set(axis, count);
  return out;
}

Tensor Slice::alias(Inputs in) const {
  const Tensor& x = in[0];
  const Shape target = shape(in);
  if (axis == -x.rank() && step == 1) return x.alias_rows(begin, begin + count);
  Tensor out = empty(target, x.dtype());
  if (out.size() == 0) return out;
  const AxisView view = view_from_end(x.shape(), axis);
  const std::array<int64_t, 3> dims = {view.outer, count, view.inner};
  const std::array<int64_t, 3> strides = {view.n * view.inner, step * view.inner, 1};
  visit_any(x.dtype(), [&]<class T>() {
    kernels::strided_copy(x.data<T>() + begin * view.inner, out.mutable_data<T>(), 3, dims.data(),
                          strides.data());
  });
  return out;
}

std::vector<OpCase<Slice>> Slice::cases() {
  return shape_cases<Slice>({{{5}, {-1, 1, 3, 1}},
                             {{5}, {-1, 0, 3, 2}},
                             {{5}, {-1, 4, 1, 3}},
                             {{5}, {-1, 2, 0, 1}},
                             {{0}, {-1, 0, 0, 1}},
                             {{1}, {-1, 0, 1, 1}},
                             {{4, 3}, {-2, 1, 2, 1}},
                             {{4, 3}, {-2, 0, 2, 3}},
                             {{4, 3}, {-1, 1, 2, 1}},
                             {{2, 5, 2}, {-2, 1, 2, 2}},
                             {{2, 0}, {-2, 1, 1, 1}},
                             {{2, 1, 3}, {-1, 0, 2, 2}}});
}

Shape Pad::shape(Inputs in) const {
  Shape out = in[0].shape();
  check_places(name, out, axis, begin, end_of(begin, out[axis], step), size, step);
  out.set(axis, size);
  return out;
}

void Pad::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(in[0].shape(), axis);
  const std::array<int64_t, 3> dims = {view.outer, view.n, view.inner};
  const std::array<int64_t, 3> strides = {size * view.inner, step * view.inner, 1};
  visit_floating(out.dtype(), [&]<class T>() {
    T* values = out.mutable_data<T>();
    std::fill_n(values, out.size(), T{0});
    if (in[0].size() == 0) return;
    kernels::strided_store(in[0].data<T>(), values + begin * view.inner, 3, dims.data(), strides.data());
  });
}

std::vector<OpCase<Pad>> Pad::cases() {
  return shape_cases<Pad>({{{3}, {-1, 1, 1, 6}},
                           {{3}, {-1, 0, 2, 5}},
                           {{3}, {-1, 1, 3, 9}},
                           {{3}, {-1, 0, 1, 3}},
                           {{0}, {-1, 1, 1, 2}},
                           {{1}, {-1, 2, 4, 3}},
                           {{2, 3}, {-2, 1, 1, 4}},
                           {{2, 3}, {-2, 0, 3, 4}},
                           {{2, 3}, {-1, 1, 2, 7}},
                           {{2, 3, 2}, {-2, 1, 2, 6}},
                           {{2, 0}, {-2, 1, 1, 3}},
                           {{2, 1, 3}, {-3, 0, 2, 3}}});
}

template <int kParts>
Shape Concat<kParts>::shape(Inputs in) const {
  Shape out = in[0].shape();
  axis_from_end(axis, out.rank(), name);  // throws where a part has no such axis
  out.set(axis, std::accumulate(sizes.begin(), sizes.end(), int64_t{0}));
  for (int i = 0; i < kParts; ++i) {
    Shape expected = out;
    expected.set(axis, sizes[static_cast<size_t>(i)]);
    if (in[i].shape() == expected) continue;
    throw Error("concat: part {} is {}, the first is {}. Hint: sizes may differ on axis {} only", i,
                in[i].shape().str(), in[0].shape().str(), axis + out.rank());
  }
  return out;
}

template <int kParts>
void Concat<kParts>::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(out.shape(), axis);
  visit_any(out.dtype(), [&]<class T>() {
    T* place = out.mutable_data<T>();
    for (int i = 0; i < kParts; ++i) {
      const int64_t run = sizes[static_cast<size_t>(i)] * view.inner;
      const std::array<int64_t, 2> dims = {view.outer, run};
      const std::array<int64_t, 2> strides = {view.n * view.inner, 1};
      kernels::strided_store(in[i].data<T>(), place, 2, dims.data(), strides.data());
      place += run;
    }
  });
}

template <int kParts>
std::vector<OpCase<Concat<kParts>>> Concat<kParts>::cases() {
  constexpr std::array<int64_t, 4> kSizes = {2, 1, 0, 3};
  std::vector<OpCase<Concat>> cases;
  for (const Shape& shape : {Shape{2}, Shape{3, 2}, Shape{2, 3, 2}, Shape{0, 2}}) {
    for (int axis = -shape.rank(); axis < 0; ++axis) {
      OpCase<Concat> c{{axis, {}}, {}};
      for (size_t i = 0; i < kParts; ++i) {
        Operand part{.shape = shape};
        part.shape.set(axis, kSizes[i]);
        c.op.sizes[i] = kSizes[i];
        c.operands.push_back(part);
      }
      cases.push_back(c);
    }
  }
  return cases;
}

template struct Concat<2>;
template struct Concat<3>;
template struct Concat<4>;

namespace {

template <int kParts>
Tensor concat_few(std::span<const Tensor> parts, int axis) {
  return [&]<size_t... I>(std::index_sequence<I...>) {
    return apply_move(Concat<kParts>{axis, {parts[I].shape()[axis]...}}, parts[I]...);
  }
  (std::make_index_sequence<kParts>());
}

}  // namespace
}  // namespace ops

Tensor concat(std::span<const Tensor> parts, int axis) {
  if (parts.empty()) throw Error("concat: no parts are given. Hint: pass at least one tensor");
  for (const Tensor& part : parts) {
    if (!part.defined()) throw Error("concat: a part is undefined. Hint: assign it a value first");
    if (part.rank() == parts[0].rank() && part.dtype() == parts[0].dtype()) continue;
    throw Error("concat: parts {} {} and {} {}. Hint: dtypes and numbers of axes must agree",
                dtype_name(parts[0].dtype()), parts[0].shape().str(), dtype_name(part.dtype()),
                part.shape().str());
  }
  const int from_end = ops::axis_from_end(axis, parts[0].rank(), "concat");
  switch (parts.size()) {
    case 1:
      return parts[0];
    case 2:
      return ops::concat_few<2>(parts, from_end);
    case 3:
      return ops::concat_few<3>(parts, from_end);
    case 4:
      return ops::concat_few<4>(parts, from_end);
    default:
      break;
  }
  std::array<Tensor, 4> quarters;  // a balanced tree: a node holds at most four operands
  for (size_t q = 0; q < 4; ++q) {
    const size_t begin = parts.size() * q / 4, end = parts.size() * (q + 1) / 4;
    quarters[q] = concat(parts.subspan(begin, end - begin), from_end);
  }
  return ops::concat_few<4>(quarters, from_end);
}

Tensor concat(const Tensor& a, const Tensor& b, int axis) {
  const std::array<Tensor, 2> parts = {a, b};
  return concat(parts, axis);
}

Tensor slice(const Tensor& x, int axis, int64_t begin, int64_t end, int64_t step) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "slice");
  const int64_t size = x.shape()[from_end];
  if (begin < 0) begin += size;
  if (end < 0) end += size;
  ops::check_places("slice", x.shape(), from_end, begin, end, size, step);
  const int64_t count = (end - begin + step - 1) / step;
  return count == size ? x : ops::apply_move(ops::Slice{from_end, begin, count, step}, x);
}

Tensor unslice(const Tensor& x, int axis, int64_t begin, int64_t step, int64_t size) {
  return apply(ops::Pad{ops::axis_from_end(axis, x.rank(), "unslice"), begin, step, size}, x);
}

Tensor pad(const Tensor& x, int axis, int64_t before, int64_t after, double value) {
  const int from_end = ops::axis_from_end(axis, x.rank(), "pad");
  if (before < 0 || after < 0) throw Error("pad: {} before and {} after. Hint: use 0 or more", before, after);
  const int64_t size = before + x.shape()[from_end] + after;
  Tensor y = unslice(x, from_end, before, 1, size);
  if (value == 0.0) return y;
  Shape column = {size};
  while (column.rank() < -from_end) column = column.insert(column.rank(), 1);
  Tensor border = full(column, value, x.dtype());
  visit_floating(x.dtype(), [&]<class T>() {
    std::fill_n(border.mutable_data<T>() + before, x.shape()[from_end], T{0});
  });
  return add(y, border);
}

}  // namespace gradzoo
