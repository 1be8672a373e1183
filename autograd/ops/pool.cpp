#include "autograd/ops/pool.h"

#include "autograd/kernels/conv/pool.h"

namespace gradzoo {
namespace ops {
namespace {

void check_image(const Shape& x, int64_t k, std::string_view name) {
  if (k < 1) throw Error("{}: windows of {} pixels per side. Hint: use at least 1", name, k);
  if (x.rank() < 3) throw Error("{}: x is (B,H,W,C), got {}. Hint: put channels last", name, x.str());
}

int64_t channels_of(const Shape& x) { return x.rank() == 0 ? 0 : x[-1]; }

// (..., H, W, C) -> (..., H/k, W/k, channels)
Shape pooled(const Shape& x, int64_t k, int64_t channels, std::string_view name) {
  check_image(x, k, name);
  if (x[-3] % k != 0 || x[-2] % k != 0)
    throw Error("{}: windows of {}x{} pixels do not fill an image of {}x{}. Hint: pad it, or use another k",
                name, k, k, x[-3], x[-2]);
  Shape y = x;
  y.set(-3, x[-3] / k);
  y.set(-2, x[-2] / k);
  y.set(-1, channels);
  return y;
}

Shape unpooled(const Shape& y, int64_t k, int64_t channels) {
  Shape x = y;
  x.set(-3, y[-3] * k);
  x.set(-2, y[-2] * k);
  x.set(-1, channels);
  return x;
}

// Of the small image's shape.
kernels::PoolSizes sizes_of(const Shape& y, int64_t k, int64_t channels) {
  int64_t batch = 1;
  for (int axis = 0; axis < y.rank() - 3; ++axis) batch *= y[axis];
  return {.batch = batch, .height = y[-3], .width = y[-2], .channels = channels, .k = k};
}

// Whole windows of k pixels, of several k, without images and without channels.
template <class Op>
std::vector<OpCase<Op>> window_cases(bool small, bool deep, Operand like = {}) {
  std::vector<OpCase<Op>> cases;
  const std::pair<Shape, int64_t> smalls[] = {{{2, 2, 1, 3}, 2},    {{1, 1, 2, 1}, 3}, {{1, 2, 2}, 2},
                                              {{2, 1, 1, 1, 2}, 2}, {{1, 2, 3, 2}, 1}, {{0, 1, 1, 2}, 2},
                                              {{1, 1, 1, 0}, 2}};
  for (const auto& [y, k] : smalls) {
    like.shape = small ? y : unpooled(y, k, y[-1]);
    if (small && deep) like.shape.set(-1, y[-1] * k * k);
    cases.push_back({Op{k}, {like}});
  }
  return cases;
}

}  // namespace

Shape AvgPool2d::shape(Inputs in) const { return pooled(in[0].shape(), k, channels_of(in[0].shape()), name); }

void AvgPool2d::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::pool_sum(sizes_of(out.shape(), k, out.shape()[-1]), T{1} / static_cast<T>(k * k),
                      in[0].data<T>(), out.mutable_data<T>());
  });
}

void AvgPool2d::vjp(Vjp& v, const Tensor& g) const {
  v.give(0, div(upsample_nearest2d(g, k), static_cast<double>(k * k)));
}

std::vector<OpCase<AvgPool2d>> AvgPool2d::cases() { return window_cases<AvgPool2d>(false, false); }

Shape UpsampleNearest2d::shape(Inputs in) const {
  check_image(in[0].shape(), k, name);
  return unpooled(in[0].shape(), k, in[0].shape()[-1]);
}

void UpsampleNearest2d::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::unpool(sizes_of(in[0].shape(), k, out.shape()[-1]), T{1}, in[0].data<T>(),
                    out.mutable_data<T>());
  });
}

void UpsampleNearest2d::vjp(Vjp& v, const Tensor& g) const {
  v.give(0, mul(avg_pool2d(g, k), static_cast<double>(k * k)));
}

std::vector<OpCase<UpsampleNearest2d>> UpsampleNearest2d::cases() {
  return window_cases<UpsampleNearest2d>(true, false);
}

Shape MaxPool2d::shape(Inputs in) const { return pooled(in[0].shape(), k, channels_of(in[0].shape()), name); }

void MaxPool2d::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::pool_max(sizes_of(out.shape(), k, out.shape()[-1]), in[0].data<T>(), out.mutable_data<T>());
  });
}

void MaxPool2d::vjp(Vjp& v, const Tensor& g) const {
  const Tensor is_largest = cast(eq(v.in(0).detach(), upsample_nearest2d(v.out().detach(), k)), g.dtype());
  const Tensor ties = mul(avg_pool2d(is_largest, k), static_cast<double>(k * k));
  v.give(0, mul(is_largest, upsample_nearest2d(div(g, ties), k)));
}

void MaxPool2d::vjp_fast(Vjp& v, const Tensor& g) const {
  Tensor gx = empty_like(v.in(0));
  visit_floating(g.dtype(), [&]<class T>() {
    kernels::pool_max_grad(sizes_of(g.shape(), k, g.shape()[-1]), v.in(0).data<T>(), v.out().data<T>(),
                           g.data<T>(), gx.mutable_data<T>());
  });
  v.give(0, gx);
}

std::vector<OpCase<MaxPool2d>> MaxPool2d::cases() {
  return window_cases<MaxPool2d>(false, false, {.distinct = true});
}

Shape SpaceToDepth::shape(Inputs in) const {
  const Shape& x = in[0].shape();
  return pooled(x, k, channels_of(x) * k * k, name);
}

void SpaceToDepth::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::space_to_depth(sizes_of(out.shape(), k, in[0].shape()[-1]), in[0].data<T>(),
                            out.mutable_data<T>());
  });
}

std::vector<OpCase<SpaceToDepth>> SpaceToDepth::cases() { return window_cases<SpaceToDepth>(false, true); }

Shape DepthToSpace::shape(Inputs in) const {
  const Shape& y = in[0].shape();
  check_image(y, k, name);
  if (y[-1] % (k * k) != 0)
    throw Error("{}: {} channels are not windows of {}x{} pixels. Hint: use a multiple of {}", name, y[-1], k,
                k, k * k);
  return unpooled(y, k, y[-1] / (k * k));
}

void DepthToSpace::forward(Inputs in, Tensor& out) const {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::depth_to_space(sizes_of(in[0].shape(), k, out.shape()[-1]), in[0].data<T>(),
                            out.mutable_data<T>());
  });
}

std::vector<OpCase<DepthToSpace>> DepthToSpace::cases() { return window_cases<DepthToSpace>(true, true); }

}  // namespace ops

Tensor avg_pool2d(const Tensor& x, int64_t k) { return apply(ops::AvgPool2d{k}, x); }
Tensor max_pool2d(const Tensor& x, int64_t k) { return apply(ops::MaxPool2d{k}, x); }
Tensor upsample_nearest2d(const Tensor& x, int64_t k) { return apply(ops::UpsampleNearest2d{k}, x); }
Tensor space_to_depth(const Tensor& x, int64_t k) { return apply(ops::SpaceToDepth{k}, x); }
Tensor depth_to_space(const Tensor& x, int64_t k) { return apply(ops::DepthToSpace{k}, x); }

}  // namespace gradzoo
