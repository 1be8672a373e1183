#include "autograd/ops/indexing.h"

#include <algorithm>

#include "autograd/kernels/move/move.h"
#include "autograd/ops/shaping.h"

namespace gradzoo {
namespace ops {

void check_indices(const Tensor& index, int64_t n, const char* op) {
  const int64_t* values = index.data<int64_t>();
  if (kernels::indices_valid(values, index.size(), n)) return;
  const int64_t* bad =
      std::find_if(values, values + index.size(), [n](int64_t i) { return i < 0 || i >= n; });
  throw Error("{}: index {} at position {} is outside [0, {}). Hint: indices count from 0", op, *bad,
              bad - values, n);
}

namespace {

// Where `index` reads or writes: leading axes that share it, then (outer, m, inner) of its own.
struct Places {
  int64_t copies = 1;
  int64_t outer = 1, m = 1, inner = 1;
};

Places places_of(const Shape& values, const Shape& index, int axis) {
  const AxisView view = view_from_end(index, axis);
  Places places{.copies = 1, .outer = view.outer, .m = view.n, .inner = view.inner};
  for (int i = 0; i < values.rank() - index.rank(); ++i) places.copies *= values[i];
  return places;
}

// `index` must have the axis, and the sizes of `values` on its other axes (on all of them where
// `axis_agrees`).
void check_fit(const char* op, const Shape& values, const Shape& index, int axis, bool axis_agrees) {
  bool fits = index.rank() <= values.rank() && index.rank() >= -axis;
  for (int i = -1; fits && i >= -index.rank(); --i) {
    fits = index[i] == values[i] || (i == axis && !axis_agrees);
  }
  if (fits) return;
  throw Error("{}: index {} does not fit {} along axis {}. Hint: {}", op, index.str(), values.str(),
              axis + values.rank(), axis_agrees ? "the shapes agree" : "sizes may differ on that axis only");
}

void check_vector(const char* op, const Shape& index) {
  if (index.rank() == 1) return;
  throw Error("{}: index {} is not a vector. Hint: gather and scatter_add take any index", op, index.str());
}

}  // namespace

Shape Gather::shape(Inputs in) const {
  Shape out = in[0].shape();
  check_fit(name, out, in[1].shape(), axis, false);
  axis_from_end(axis, out.rank(), name);  // throws where there is no such axis
  out.set(axis, in[1].shape()[axis]);
  return out;
}

void Gather::forward(Inputs in, Tensor& out) const {
  const int64_t n = in[0].shape()[axis];
  check_indices(in[1], n, name);
  const Places p = places_of(in[0].shape(), in[1].shape(), axis);
  visit_any(out.dtype(), [&]<class T>() {
    const T* x = in[0].data<T>();
    T* y = out.mutable_data<T>();
    for (int64_t c = 0; c < p.copies; ++c, x += p.outer * n * p.inner, y += p.outer * p.m * p.inner)
      kernels::gather(x, in[1].data<int64_t>(), y, p.outer, n, p.m, p.inner);
  });
}

Shape ScatterAdd::shape(Inputs in) const {
  Shape out = in[0].shape();
  check_fit(name, out, in[1].shape(), axis, true);
  axis_from_end(axis, out.rank(), name);  // throws where there is no such axis
  out.set(axis, size);
  return out;
}

void ScatterAdd::forward(Inputs in, Tensor& out) const {
  check_indices(in[1], size, name);
  const Places p = places_of(in[0].shape(), in[1].shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    const T* x = in[0].data<T>();
    T* y = out.mutable_data<T>();
    std::fill_n(y, out.size(), T{0});
    for (int64_t c = 0; c < p.copies; ++c, x += p.outer * p.m * p.inner, y += p.outer * size * p.inner)
      kernels::scatter_add(x, in[1].data<int64_t>(), y, p.outer, size, p.m, p.inner);
  });
}

Shape IndexSelect::shape(Inputs in) const {
  check_vector(name, in[1].shape());
  Shape out = in[0].shape();
  axis_from_end(axis, out.rank(), name);  // throws where there is no such axis
  out.set(axis, in[1].size());
  return out;
}

void IndexSelect::forward(Inputs in, Tensor& out) const {
  const AxisView view = view_from_end(in[0].shape(), axis);
  check_indices(in[1], view.n, name);
  visit_any(out.dtype(), [&]<class T>() {
    kernels::index_select(in[0].data<T>(), in[1].data<int64_t>(), out.mutable_data<T>(), view.outer, view.n,
                          in[1].size(), view.inner);
  });
}

Shape IndexAdd::shape(Inputs in) const {
  Shape out = in[0].shape();
  check_vector(name, in[1].shape());
  axis_from_end(axis, out.rank(), name);  // throws where there is no such axis
  if (out[axis] != in[1].size())
    throw Error("{}: {} indices for axis {} of {} do not fit. Hint: pass one index per row", name,
                in[1].size(), axis + out.rank(), out.str());
  out.set(axis, size);
  return out;
}

void IndexAdd::forward(Inputs in, Tensor& out) const {
  check_indices(in[1], size, name);
  const AxisView view = view_from_end(in[0].shape(), axis);
  visit_floating(out.dtype(), [&]<class T>() {
    T* y = out.mutable_data<T>();
    std::fill_n(y, out.size(), T{0});
    kernels::index_add(in[0].data<T>(), in[1].data<int64_t>(), y, view.outer, size, view.n, view.inner);
  });
}

namespace {

struct IndexCase {
  Shape values;
  Shape index;
  int axis;
  int64_t n;  // indices lie in [0, n)
};

const IndexCase kGatherCases[] = {{{4}, {6}, -1, 4},
                                  {{3}, {0}, -1, 3},
                                  {{1}, {3}, -1, 1},
                                  {{3, 4}, {3, 2}, -1, 4},
                                  {{3, 4}, {5, 4}, -2, 3},
                                  {{2, 3, 2}, {2, 4, 2}, -2, 3},
                                  {{2, 1, 3}, {2, 2, 3}, -2, 1},
                                  {{2, 3}, {2}, -1, 3},
                                  {{0, 3}, {0, 2}, -1, 3}};
const IndexCase kSelectCases[] = {{{4}, {6}, -1, 4},       {{3}, {0}, -1, 3},    {{1}, {2}, -1, 1},
                                  {{3, 4}, {5}, -2, 3},    {{3, 4}, {2}, -1, 4}, {{2, 3, 2}, {4}, -2, 3},
                                  {{2, 1, 3}, {2}, -2, 1}, {{2, 0}, {3}, -2, 2}};

// The shape of what is read from c.values at m indices: the adding op's operand.
Shape read_shape(const IndexCase& c, int64_t m) {
  Shape out = c.values;
  out.set(c.axis, m);
  return out;
}

Operand indices(const IndexCase& c) { return {.shape = c.index, .low = 0, .high = static_cast<double>(c.n)}; }

}  // namespace

std::vector<OpCase<Gather>> Gather::cases() {
  std::vector<OpCase<Gather>> cases;
  for (const IndexCase& c : kGatherCases) cases.push_back({{c.axis}, {{.shape = c.values}, indices(c)}});
  return cases;
}

std::vector<OpCase<ScatterAdd>> ScatterAdd::cases() {
  std::vector<OpCase<ScatterAdd>> cases;
  for (const IndexCase& c : kGatherCases)
    cases.push_back({{c.axis, c.n}, {{.shape = read_shape(c, c.index[c.axis])}, indices(c)}});
  return cases;
}

std::vector<OpCase<IndexSelect>> IndexSelect::cases() {
  std::vector<OpCase<IndexSelect>> cases;
  for (const IndexCase& c : kSelectCases) cases.push_back({{c.axis}, {{.shape = c.values}, indices(c)}});
  return cases;
}

std::vector<OpCase<IndexAdd>> IndexAdd::cases() {
  std::vector<OpCase<IndexAdd>> cases;
  for (const IndexCase& c : kSelectCases)
    cases.push_back({{c.axis, c.n}, {{.shape = read_shape(c, c.index.size())}, indices(c)}});
  return cases;
}

}  // namespace ops

Tensor gather(const Tensor& x, int axis, const Tensor& index) {
  return ops::apply_move(ops::Gather{ops::axis_from_end(axis, x.rank(), "gather")}, x, index);
}

Tensor scatter_add(const Tensor& src, int axis, const Tensor& index, int64_t size) {
  return apply(ops::ScatterAdd{ops::axis_from_end(axis, src.rank(), "scatter_add"), size}, src, index);
}

Tensor index_select(const Tensor& x, int axis, const Tensor& index) {
  return ops::apply_move(ops::IndexSelect{ops::axis_from_end(axis, x.rank(), "index_select")}, x, index);
}

Tensor index_add(const Tensor& src, int axis, const Tensor& index, int64_t size) {
  return apply(ops::IndexAdd{ops::axis_from_end(axis, src.rank(), "index_add"), size}, src, index);
}

Tensor one_hot(const Tensor& labels, int64_t classes, DType dtype) {
  ops::check_indices(labels, classes, "one_hot");
  Tensor out = zeros(labels.shape().insert(labels.rank(), classes), dtype);
  visit_any(dtype, [&]<class T>() {
    const int64_t* label = labels.data<int64_t>();
    T* row = out.mutable_data<T>();
    for (int64_t i = 0; i < labels.size(); ++i, row += classes) row[label[i]] = T{1};
  });
  return out;
}

}  // namespace gradzoo
