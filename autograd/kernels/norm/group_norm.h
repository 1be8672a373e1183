#pragma once

#include <cstdint>

/// Group normalisation (Wu & He 2018) with scale, shift and SiLU in one pass, channels last.
namespace gradzoo::kernels {

struct GroupNormSizes {
  int64_t batch, pixels, channels, groups;
  bool per_image;  // scale and shift are (batch, channels), not (channels)
  double eps;
  bool silu;
};

/// The distance of a group's mean from 0, in standard deviations, beyond which x a + b would cancel. The
/// group's first element is then subtracted from all, which changes nothing else. Bounds and units are powers
/// of two.
inline constexpr double kFarMean = 256;
/// The spread beyond which a group is measured in units of 1/kHugeUnit, so that no square overflows.
template <class T>
inline constexpr double kHugeSpread = sizeof(T) == 4 ? 0x1p50 : 0x1p400;
template <class T>
inline constexpr double kHugeUnit = 1 / (kHugeSpread<T> * kHugeSpread<T>);

/// z = (x - m) / sqrt(v + eps) scale + shift, with m and v per image and group; y = z or silu(z).
template <class T>
void group_norm(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, T* y);

/// Computes the gradients for g = dL/dy: gx in x's shape, g_scale and g_shift (batch, channels).
template <class T>
void group_norm_grad(const GroupNormSizes& s, const T* x, const T* scale, const T* shift, const T* g, T* gx,
                     T* g_scale, T* g_shift);

}  // namespace gradzoo::kernels
