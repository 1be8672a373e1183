#include "autograd/kernels/norm/group_norm.h"

#include <algorithm>
#include <cmath>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/norm/group_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/activation_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

constexpr int64_t kFewPixels = 64;  // whose sum, one number after another, has lost little

/// sums[c] = sum of x[c] over the pixels, or of the squares of x[c] - mean[c] where there is a mean.
template <class T>
HWY_NOINLINE void channel_sums(int64_t pixels, int64_t channels, const T* x, const T* mean, T* sums) {
  for_vectors<T>(channels, [&](auto d, const auto& load, const auto& store) HWY_ATTR {
    SumOfSums<decltype(hn::Zero(d))> total{hn::Zero(d), hn::Zero(d)};
    const auto centre = mean == nullptr ? hn::Zero(d) : load(mean);
    for (int64_t first = 0; first < pixels; first += kFewPixels) {
      auto sum = hn::Zero(d);
      for (int64_t p = first; p < std::min(pixels, first + kFewPixels); ++p) {
        const auto value = hn::Sub(load(x + p * channels), centre);
        sum = mean == nullptr ? hn::Add(sum, value) : hn::MulAdd(value, value, sum);
      }
      total.add(sum);
    }
    store(total.value(), sums);
  });
}

/// y = x a + b, or silu of it.
template <class T>
HWY_NOINLINE void scale_shift(int64_t pixels, int64_t channels, bool silu_too, const T* x, const T* a,
                              const T* b, T* y) {
  for (int64_t p = 0; p < pixels; ++p) {
    const T* from = x + p * channels;
    T* to = y + p * channels;
    for_vectors<T>(channels, [&](auto d, const auto& load, const auto& store) HWY_ATTR {
      const auto z = hn::MulAdd(load(from), load(a), load(b));
      store(silu_too ? silu(d, z) : z, to);
    });
  }
}

/// h = g silu'(x a + b), or g; sums over the pixels of h, of h (x - mean), and of x - mean, which a rounded
/// mean leaves. They make gradients, whose terms may cancel, so that every addition is corrected.
template <class T>
HWY_NOINLINE void slope_sums(int64_t pixels, int64_t channels, bool silu_too, const T* x, const T* g,
                             const T* a, const T* b, const T* mean, T* h, T* sums, T* moments, T* rests) {
  const ActivationFn<Activation::silu, 1> slope{1, 0};
  for_vectors<T>(channels, [&](auto d, const auto& load, const auto& store) HWY_ATTR {
    SumOfSums<decltype(hn::Zero(d))> total{hn::Zero(d), hn::Zero(d)}, total_moment = total,
                                                                      total_rest = total;
    const auto factor = load(a), offset = load(b), centre = load(mean);
    for (int64_t p = 0; p < pixels; ++p) {
      const auto value = load(x + p * channels), centred = hn::Sub(value, centre);
      auto slanted = load(g + p * channels);
      if (silu_too) slanted = hn::Mul(slanted, slope(d, hn::MulAdd(value, factor, offset)));
      store(slanted, h + p * channels);
      total.add(slanted);
      total_moment.add(hn::Mul(slanted, centred));
      total_rest.add(centred);
    }
    store(total.value(), sums);
    store(total_moment.value(), moments);
    store(total_rest.value(), rests);
  });
}

/// h = h a + (x - mean) b + c
template <class T>
HWY_NOINLINE void combine(int64_t pixels, int64_t channels, const T* x, const T* mean, const T* a, const T* b,
                          const T* c, T* h) {
  for (int64_t p = 0; p < pixels; ++p) {
    const T* from = x + p * channels;
    T* to = h + p * channels;
    for_vectors<T>(channels, [&](auto, const auto& load, const auto& store) HWY_ATTR {
      const auto centred = hn::Sub(load(from), load(mean));
      store(hn::MulAdd(load(to), load(a), hn::MulAdd(centred, load(b), load(c))), to);
    });
  }
}

/// What one image's normalisation comes to for each channel.
template <class T>
struct Channels {
  T *mean, *rsqrt;  // of the channel's group: m, r = 1 / sqrt(v + eps)
  T *a, *b;         // z = x a + b
};

/// Whether the group of channel c is far from 0, or its sums have overflown: its mean or r is then no use.
template <class T>
bool is_far(const Channels<T>& at, int64_t c) {
  return !(at.rsqrt[c] > 0 && std::abs(at.mean[c]) * at.rsqrt[c] <= static_cast<T>(kFarMean));
}

/// Gives whether a group is far.
template <class T>
HWY_NOINLINE bool read_groups(const GroupNormSizes& s, const T* x, const T* scale, const T* shift,
                              const Channels<T>& at) {
  const int64_t depth = s.channels / s.groups;
  const double count = static_cast<double>(s.pixels * depth);
  const auto for_groups = [&](T* to, auto&& of_sum) {
    for (int64_t group = 0; group < s.groups; ++group) {
      double sum = 0;
      for (int64_t c = group * depth; c < (group + 1) * depth; ++c) sum += static_cast<double>(to[c]);
      const auto value = static_cast<T>(of_sum(sum / count));
      for (int64_t c = group * depth; c < (group + 1) * depth; ++c) to[c] = value;
    }
  };
  channel_sums<T>(s.pixels, s.channels, x, nullptr, at.mean);
  for_groups(at.mean, [](double mean) { return mean; });
  channel_sums<T>(s.pixels, s.channels, x, at.mean, at.rsqrt);
  for_groups(at.rsqrt, [&](double var) { return 1.0 / std::sqrt(var + s.eps); });
  for (int64_t c = 0; c < s.channels; ++c) {
    at.a[c] = at.rsqrt[c] * scale[c];
    at.b[c] = shift[c] - at.mean[c] * at.a[c];
  }
  bool any_far = false;
  for (int64_t c = 0; c < s.channels; c += depth) any_far |= is_far(at, c);
  return any_far;
}

/// Calls `redo` with each group that is far.
template <class T, class Redo>
void for_far_groups(const GroupNormSizes& s, const Channels<T>& at, const Redo& redo) {
  for (int64_t group = 0; group < s.groups; ++group) {
    if (is_far(at, group * (s.channels / s.groups))) redo(group);
  }
}

/// A group's numbers by themselves, (pixels, depth): the same after normalisation, but tame.
template <class T>
struct TameGroup {
  GroupNormSizes sizes;
  T unit;               // x = (what it was - its first number) unit
  int64_t first, size;  // its first channel, all its numbers
  T* x;

  TameGroup(const GroupNormSizes& s, const T* image, int64_t group, T* to)
      : sizes(s), unit(1), first(group * (s.channels / s.groups)), x(to) {
    sizes.batch = sizes.groups = 1;
    sizes.channels = s.channels / s.groups;
    size = sizes.pixels * sizes.channels;
    if (move_by(s, image) >= static_cast<T>(kHugeSpread<T>)) {
      unit = static_cast<T>(kHugeUnit<T>);
      move_by(s, image);
    }
    sizes.eps *= static_cast<double>(unit) * static_cast<double>(unit);
  }
  T move_by(const GroupNormSizes& s, const T* image) {
    const T origin = image[first] * unit;
    T largest = 0;
    for (int64_t i = 0; i < size; ++i) {
      x[i] = image[i / sizes.channels * s.channels + first + i % sizes.channels] * unit - origin;
      largest = std::max(largest, std::abs(x[i]));
    }
    return largest;
  }
  /// Between rows of all channels and rows of the group's.
  void gather(const GroupNormSizes& s, const T* image, T* to) const {
    for (int64_t p = 0; p < sizes.pixels; ++p)
      std::copy_n(image + p * s.channels + first, sizes.channels, to + p * sizes.channels);
  }
  void scatter(const GroupNormSizes& s, const T* from, T factor, T* image) const {
    for (int64_t i = 0; i < size; ++i)
      image[i / sizes.channels * s.channels + first + i % sizes.channels] = from[i] * factor;
  }
};

struct TameRoom;

template <class T>
bool normalise_tame(const GroupNormSizes& s, const T* x, const T* scale, const T* shift,
                    const Channels<T>& at, T* y) {
  const bool any_far = read_groups(s, x, scale, shift, at);
  scale_shift(s.pixels, s.channels, s.silu, x, at.a, at.b, y);
  return any_far;
}

template <class T>
Channels<T> channels_in(T* room, int64_t channels) {
  return {room, room + channels, room + 2 * channels, room + 3 * channels};
}

template <class T>
HWY_NOINLINE void normalise_far(const GroupNormSizes& s, const T* x, const T* scale, const T* shift,
                                int64_t group, T* y) {
  const int64_t depth = s.channels / s.groups, size = s.pixels * depth;
  T* const room = scratch<T, TameRoom>(2 * size + 5 * depth);
  const TameGroup<T> tame(s, x, group, room);
  T* const normalised = room + size;
  normalise_tame(tame.sizes, tame.x, scale + tame.first, shift + tame.first,
                 channels_in(room + 2 * size, depth), normalised);
  tame.scatter(s, normalised, T{1}, y);
}

template <class T>
void normalise_image(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, T* room, T* y) {
  const Channels<T> at = channels_in(room, s.channels);
  if (!normalise_tame(s, x, scale, shift, at, y)) return;
  for_far_groups(s, at, [&](int64_t group) { normalise_far(s, x, scale, shift, group, y); });
}

// With h = dL/dz and n = (x - m) r:
//   dL/dshift = sum h,  dL/dscale = sum h n,
//   dL/dx = r (h scale - mean(h scale) - n mean(h scale n)), means over the group.
template <class T>
bool grad_tame(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, const T* g,
               const Channels<T>& at, T* offset, T* gx, T* g_scale, T* g_shift) {
  const bool any_far = read_groups(s, x, scale, shift, at);
  slope_sums(s.pixels, s.channels, s.silu, x, g, at.a, at.b, at.mean, gx, g_shift, g_scale, offset);
  const int64_t depth = s.channels / s.groups;
  const double count = static_cast<double>(s.pixels * depth);
  for (int64_t group = 0; group < s.groups; ++group) {
    double sum = 0, moment = 0, rest = 0;
    for (int64_t c = group * depth; c < (group + 1) * depth; ++c)
      rest += static_cast<double>(offset[c]) / count;
    for (int64_t c = group * depth; c < (group + 1) * depth; ++c) {
      const double about_mean = static_cast<double>(g_scale[c]) - rest * static_cast<double>(g_shift[c]);
      g_scale[c] = static_cast<T>(about_mean * static_cast<double>(at.rsqrt[c]));
      sum += static_cast<double>(g_shift[c]) * static_cast<double>(scale[c]);
      moment += static_cast<double>(g_scale[c]) * static_cast<double>(scale[c]);
    }
    for (int64_t c = group * depth; c < (group + 1) * depth; ++c) {
      at.b[c] = static_cast<T>(-moment / count) * at.rsqrt[c] * at.rsqrt[c];
      offset[c] = static_cast<T>(-sum / count) * at.rsqrt[c];
    }
  }
  combine(s.pixels, s.channels, x, at.mean, at.a, at.b, offset, gx);
  return any_far;
}

template <class T>
HWY_NOINLINE void grad_far(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, const T* g,
                           int64_t group, T* gx, T* g_scale, T* g_shift) {
  const int64_t depth = s.channels / s.groups, size = s.pixels * depth;
  T* const room = scratch<T, TameRoom>(3 * size + 5 * depth);
  const TameGroup<T> tame(s, x, group, room);
  T *const own_g = room + size, *const own_gx = room + 2 * size, *const rest = room + 3 * size;
  tame.gather(s, g, own_g);
  grad_tame(tame.sizes, tame.x, scale + tame.first, shift + tame.first, own_g, channels_in(rest, depth),
            rest + 4 * depth, own_gx, g_scale + tame.first, g_shift + tame.first);
  tame.scatter(s, own_gx, tame.unit, gx);
}

template <class T>
void grad_image(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, const T* g, T* room,
                T* gx, T* g_scale, T* g_shift) {
  const Channels<T> at = channels_in(room, s.channels);
  if (!grad_tame(s, x, scale, shift, g, at, room + 4 * s.channels, gx, g_scale, g_shift)) return;
  for_far_groups(s, at, [&](int64_t group) { grad_far(s, x, scale, shift, g, group, gx, g_scale, g_shift); });
}

auto normalise_by_type() { return ByType{&normalise_image<float>, &normalise_image<double>}; }
auto grad_by_type() { return ByType{&grad_image<float>, &grad_image<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(normalise_by_type);
HWY_EXPORT(grad_by_type);

struct GroupNormRoom;

int64_t grain_of(const GroupNormSizes& s) { return 1 + 16384 / (1 + s.pixels * s.channels); }

}  // namespace

template <class T>
void group_norm(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, T* y) {
  parallel_for(s.batch, grain_of(s), 1, [=](int64_t begin, int64_t end) {
    T* room = scratch<T, GroupNormRoom>(5 * s.channels);
    for (int64_t b = begin; b < end; ++b) {
      const int64_t at = b * s.pixels * s.channels, channel = s.per_image ? b * s.channels : 0;
      HWY_DYNAMIC_DISPATCH(normalise_by_type)()(s, x + at, scale + channel, shift + channel, room, y + at);
    }
  });
}
template void group_norm(const GroupNormSizes&, const float*, const float*, const float*, float*);
template void group_norm(const GroupNormSizes&, const double*, const double*, const double*, double*);

template <class T>
void group_norm_grad(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, const T* g, T* gx,
                     T* g_scale, T* g_shift) {
  const auto grad = HWY_DYNAMIC_DISPATCH(grad_by_type)();
  parallel_for(s.batch, grain_of(s), 1, [=](int64_t begin, int64_t end) {
    T* room = scratch<T, GroupNormRoom>(5 * s.channels);
    for (int64_t b = begin; b < end; ++b) {
      const int64_t at = b * s.pixels * s.channels, channel = s.per_image ? b * s.channels : 0;
      const int64_t own = b * s.channels;
      grad(s, x + at, scale + channel, shift + channel, g + at, room, gx + at, g_scale + own, g_shift + own);
    }
  });
}
template void group_norm_grad(const GroupNormSizes&, const float*, const float*, const float*, const float*,
                              float*, float*, float*);
template void group_norm_grad(const GroupNormSizes&, const double*, const double*, const double*,
                              const double*, double*, double*, double*);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
