#include "autograd/ops/shaping.h"

#include <algorithm>

#include <fmt/format.h>

#include "autograd/kernels/move.h"

namespace gradzoo {
namespace ops {

std::vector<OpCase<Reshape>> Reshape::cases() {
  const std::pair<Shape, Shape> shapes[] = {{{}, {1}},           {{6}, {2, 3}},      {{2, 3}, {3, 2}},
                                            {{2, 1, 3}, {6}},    {{1, 1}, {}},       {{0}, {2, 0}},
                                            {{2, 3, 2}, {4, 3}}, {{2, 3}, {2, 1, 3}}};
  std::vector<OpCase<Reshape>> cases;
  for (const auto& [from, to] : shapes) cases.push_back({Reshape{to}, {{.shape = from}}});
  return cases;
}

Shape BroadcastTo::shape(Inputs in) const {
  const Shape& x = in[0].shape();
  if (x.rank() != target.rank() || broadcast_shapes(x, target, name) != target) {
    throw Error(fmt::format("{}: {} does not broadcast to {}. Hint: sizes agree or are 1 in the first", name,
                            x.str(), target.str()));
  }
  return target;
}

void BroadcastTo::forward(Inputs in, Tensor& out) const {
  std::array<int64_t, kMaxRank> strides{};
  int64_t stride = 1;
  for (int i = target.rank() - 1; i >= 0; --i) {
    const int64_t size = in[0].shape()[i];
    strides[static_cast<size_t>(i)] = size == 1 ? 0 : stride;
    stride *= size;
  }
  visit_any(out.dtype(), [&]<class T>() {
    kernels::strided_copy(in[0].data<T>(), out.mutable_data<T>(), target.rank(), target.begin(),
                          strides.data());
  });
}

std::vector<OpCase<BroadcastTo>> BroadcastTo::cases() {
  const std::pair<Shape, Shape> shapes[] = {
      {{}, {}},         {{1}, {4}},       {{3, 4}, {3, 4}},       {{1, 4}, {3, 4}},
      {{3, 1}, {3, 4}}, {{1, 1}, {3, 2}}, {{2, 1, 4}, {2, 3, 4}}, {{1, 3, 1}, {2, 3, 2}},
      {{1}, {0}},       {{2, 1}, {2, 0}}};
  std::vector<OpCase<BroadcastTo>> cases;
  for (const auto& [from, to] : shapes) cases.push_back({BroadcastTo{to}, {{.shape = from}}});
  return cases;
}

namespace {

// `shape` with its -1 replaced by what x's size leaves for it.
Shape resolved(const Tensor& x, const Shape& shape) {
  const auto is_open = [](int64_t size) { return size < 0; };
  Shape out = shape;
  if (std::count_if(shape.begin(), shape.end(), is_open) == 1) {
    const int axis = static_cast<int>(std::find_if(shape.begin(), shape.end(), is_open) - shape.begin());
    out.set(axis, 1);
    const int64_t rest = out.size();
    if (rest != 0 && x.size() % rest == 0) out.set(axis, x.size() / rest);
  }
  if (std::any_of(out.begin(), out.end(), is_open) || out.size() != x.size()) {
    throw Error(
        fmt::format("reshape: {} has {} elements, which {} does not hold. Hint: sizes multiply to {}, "
                    "and one of them may be -1",
                    x.shape().str(), x.size(), shape.str(), x.size()));
  }
  return out;
}

}  // namespace
}  // namespace ops

Tensor reshape(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const Shape target = ops::resolved(x, shape);
  if (!is_floating(x.dtype())) return x.view(target);
  return apply(ops::Reshape{target}, x);
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
  if (x.shape()[axis] != 1) {
    throw Error(fmt::format("squeeze: axis {} of {} has size {}. Hint: only an axis of size 1 can be dropped",
                            axis, x.shape().str(), x.shape()[axis]));
  }
  return reshape(x, x.shape().erase(axis));
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (x.rank() > shape.rank()) {
    throw Error(fmt::format("broadcast_to: {} has more axes than {}. Hint: sum_to removes axes",
                            x.shape().str(), shape.str()));
  }
  Shape aligned = x.shape();
  while (aligned.rank() < shape.rank()) aligned = aligned.insert(0, 1);
  const Tensor y = reshape(x, aligned);
  return aligned == shape ? y : apply(ops::BroadcastTo{shape}, y);
}

}  // namespace gradzoo
