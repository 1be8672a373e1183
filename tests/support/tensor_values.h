#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "support/error_message.h"
#include "support/short_names.h"

namespace gradzoo::test {

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Returns values in [-2, 2] without a pattern that could hide a wrong index.
inline Tensor wave(const Shape& shape, DType dtype = DType::f64, double phase = 0.0) {
  Doubles values(static_cast<size_t>(shape.size()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = 2 * std::sin(1 + phase + 12.9898 * static_cast<double>(i));
  return tensor(values, shape, dtype);
}

/// Returns the largest |a - b| / max(1, |b|); equal infinities and two NaN differ by 0.
inline double max_error(const Doubles& got, const Doubles& wanted) {
  if (got.size() != wanted.size()) return kInf;
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    if (got[i] == wanted[i] || (std::isnan(got[i]) && std::isnan(wanted[i]))) continue;
    const double error = std::abs(got[i] - wanted[i]) / std::max(1.0, std::abs(wanted[i]));
    worst = std::isnan(error) ? kInf : std::max(worst, error);
  }
  return worst;
}

inline double max_error(const Tensor& got, const Doubles& wanted) {
  return max_error(got.to_vector(), wanted);
}

inline bool same_bytes(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  return visit_any(a.dtype(), [&]<class T>() {
    return std::memcmp(a.data<T>(), b.data<T>(), sizeof(T) * static_cast<size_t>(a.size())) == 0;
  });
}

/// Returns the concatenated values of several tensors.
inline Doubles values_of(std::span<const Tensor> tensors) {
  Doubles all;
  for (const Tensor& t : tensors)
    for (const double v : t.to_vector()) all.push_back(v);
  return all;
}

/// A row-major position (outer, i, inner) around an axis, as in a naive loop.
inline size_t position(const AxisView& v, int64_t o, int64_t i, int64_t k) {
  return static_cast<size_t>((o * v.n + i) * v.inner + k);
}

}  // namespace gradzoo::test
