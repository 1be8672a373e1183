#include "autograd/ops/norm.h"

#include <algorithm>

#include "autograd/kernels/norm/group_norm.h"

namespace gradzoo {
namespace ops {
namespace {

kernels::GroupNormSizes norm_sizes(const GroupNorm& op, const Shape& x, const Shape& scale) {
  return {.batch = x[0],
          .pixels = x[0] * x[-1] == 0 ? 0 : x.size() / (x[0] * x[-1]),
          .channels = x[-1],
          .groups = op.groups,
          .per_image = scale.rank() == 2,
          .eps = op.eps,
          .silu = op.silu};
}

// (C) or (B,C) -> (1,1,C) or (B,1,C)
Tensor beside_pixels(const Tensor& t) {
  return t.rank() == 2 ? unsqueeze(t, 1) : reshape(t, {1, 1, t.dim(0)});
}

/// The normalisation in public ops, of x as (B, pixels, groups, depth).
struct Normalised {
  Tensor r;  // (B,1,G,1)
  Tensor n;  // (B,P,G,D)
};

Tensor group_mean(const Tensor& t) { return mean(mean(t, 3, true), 1, true); }

// As the kernel does: less its first number, in units in which no square overflows. Both are constants.
Normalised normalised_far(const Tensor& x, double eps) {
  Tensor first, unit;  // (B,1,G,1)
  {
    const NoGrad constant;
    first = slice(slice(x, 1, 0, 1), 3, 0, 1);
    const Tensor spread = max(max(abs(sub(x, first)), 3, true), 1, true);
    visit_floating(x.dtype(), [&]<class T>() {
      unit = where(ge(spread, kernels::kHugeSpread<T>),
                   full(spread.shape(), kernels::kHugeUnit<T>, x.dtype()), 1.0);
    });
  }
  const Tensor moved = x * unit - first * unit;
  const Tensor centred = moved - group_mean(moved);
  const Tensor r = rsqrt(group_mean(square(centred)) + square(unit) * eps);
  return {r * unit, centred * r};
}

Normalised normalised(const Tensor& x, double eps) {
  const Tensor middle = group_mean(x), centred = x - middle;
  const Tensor r = rsqrt(group_mean(square(centred)) + eps);
  const bool tame = all(logical_and(gt(r, 0.0), le(abs(middle.detach()) * r.detach(), kernels::kFarMean)));
  return tame ? Normalised{r, centred * r} : normalised_far(x, eps);
}

}  // namespace

Shape GroupNorm::shape(Inputs in) const {
  const Shape &x = in[0].shape(), &scale = in[1].shape(), &shift = in[2].shape();
  if (x.rank() < 2) throw Error("{}: x is (B,...,C), got {}. Hint: put channels last", name, x.str());
  const int64_t channels = x[-1];
  if (groups < 1 || channels % groups != 0)
    throw Error("{}: {} channels do not make {} groups. Hint: use a divisor of {}", name, channels, groups,
                channels);
  if (!(eps > 0)) throw Error("{}: eps is {}. Hint: use a value above 0, such as 1e-5", name, eps);
  for (const Shape& s : {scale, shift}) {
    if (s == Shape{channels} || s == Shape{x[0], channels}) continue;
    throw Error("{}: scale {} and shift {} do not fit x {}. Hint: ({}) or ({},{}) each", name, scale.str(),
                shift.str(), x.str(), channels, x[0], channels);
  }
  if (scale != shift)
    throw Error("{}: scale is {} and shift {}. Hint: pass the same shape", name, scale.str(), shift.str());
  return x;
}

void GroupNorm::forward(Inputs in, Tensor& out) const {
  if (out.size() == 0) return;
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::group_norm(norm_sizes(*this, out.shape(), in[1].shape()), in[0].data<T>(), in[1].data<T>(),
                        in[2].data<T>(), out.mutable_data<T>());
  });
}

void GroupNorm::vjp(Vjp& v, const Tensor& g) const {
  const Shape shape = g.shape();
  if (g.size() == 0) return vjp_fast(v, g);
  const int64_t b = shape[0], c = shape[-1], p = shape.size() / (b * c);
  const Shape by_group{b, p, groups, c / groups}, by_channel{b, p, c};
  const Tensor scale = beside_pixels(v.in(1));
  const auto [r, n] = normalised(reshape(v.in(0), by_group), eps);
  const Tensor flat = reshape(n, by_channel);
  Tensor h = reshape(g, by_channel);
  if (silu) {  // silu'(z) = s (1 + z (1 - s)), s = sigmoid(z)
    const Tensor z = flat * scale + beside_pixels(v.in(2)), s = sigmoid(z);
    const Tensor rise = 1.0 + z * (1.0 - s);
    h = h * s * rise;
  }
  if (v.needs(0)) {
    const Tensor k = reshape(h * scale, by_group);
    const Tensor along = n * group_mean(k * n);
    v.give(0, reshape(r * (k - group_mean(k) - along), shape));
  }
  if (v.needs(1)) v.give(1, sum(h * flat, 1));
  if (v.needs(2)) v.give(2, sum(h, 1));
}

void GroupNorm::vjp_fast(Vjp& v, const Tensor& g) const {
  const int64_t b = g.dim(0), c = g.dim(-1);
  Tensor gx = empty_like(g), g_scale = zeros({b, c}, g.dtype()), g_shift = zeros({b, c}, g.dtype());
  if (g.size() > 0) {
    visit_floating(g.dtype(), [&]<class T>() {
      kernels::group_norm_grad(norm_sizes(*this, g.shape(), v.in(1).shape()), v.in(0).data<T>(),
                               v.in(1).data<T>(), v.in(2).data<T>(), g.data<T>(), gx.mutable_data<T>(),
                               g_scale.mutable_data<T>(), g_shift.mutable_data<T>());
    });
  }
  if (v.needs(0)) v.give(0, gx);
  if (v.needs(1)) v.give(1, g_scale);
  if (v.needs(2)) v.give(2, g_shift);
}

std::vector<OpCase<GroupNorm>> GroupNorm::cases() {
  struct Sizes {
    Shape x;
    int64_t groups;
    bool per_image;
  };
  const Sizes sizes[] = {{{2, 3, 2, 4}, 2, true},  {{2, 3, 4}, 4, false}, {{3, 5}, 1, true},
                         {{1, 2, 1, 3}, 3, false}, {{0, 2, 2}, 1, true},  {{2, 2, 2, 6}, 2, false}};
  std::vector<OpCase<GroupNorm>> cases;
  for (const auto& [x, groups, per_image] : sizes) {
    const Shape channels = per_image ? Shape{x[0], x[-1]} : Shape{x[-1]};
    for (const bool silu : {false, true})
      cases.push_back(
          {GroupNorm{groups, 0.1, silu}, {{.shape = x}, {.shape = channels}, {.shape = channels}}});
  }
  return cases;
}

}  // namespace ops

Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& scale, const Tensor& shift,
                  const NormOptions& options) {
  return apply(ops::GroupNorm{groups, options.eps, options.silu}, x, scale, shift);
}

Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const NormOptions& options) {
  if (x.rank() < 1) throw Error("layer_norm: x is a scalar. Hint: pass (..., n)");
  const Tensor rows = reshape(x, {x.size() / std::max<int64_t>(1, x.dim(-1)), x.dim(-1)});
  return reshape(group_norm(rows, 1, scale, shift, options), x.shape());
}

}  // namespace gradzoo
