#include "autograd/kernels/conv/winograd_rows.h"

#include "autograd/kernels/pointwise/simd_targets.h"

#ifndef GRADZOO_WINOGRAD_MATRICES
#define GRADZOO_WINOGRAD_MATRICES
namespace gradzoo::kernels {
namespace {

template <int kSize>
struct Coefficients {
  double at[kSize] = {};
};

// The finite points at which the polynomials are multiplied; the last point is infinity. Among such points
// with short fractions these have the smallest rounding errors (docs/convolution.md).
template <int kTaps>
constexpr Coefficients<kTaps + 2> winograd_finite_points() {
  if constexpr (kTaps == 2) {
    return {{0, -1, 0.625, 1.5}};
  } else {
    return {{0, 0.75, -0.75, 1.5, -1.5}};
  }
}

template <int kRows, int kColumns>
struct WinogradMatrix {
  float at[kRows][kColumns] = {};
};

template <int kRows, int kColumns>
constexpr WinogradMatrix<kColumns, kRows> transposed(const WinogradMatrix<kRows, kColumns>& m) {
  WinogradMatrix<kColumns, kRows> t;
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kColumns; ++j) t.at[j][i] = m.at[i][j];
  }
  return t;
}

/// (1, p, p^2, ...) for each finite point p, times `scale(p)`, and (0, ..., 0, 1) for infinity.
template <int kTaps, int kColumns, class Scale>
constexpr auto powers_of_points(Scale scale) {
  constexpr auto kPoints = winograd_finite_points<kTaps>();
  constexpr int n = winograd_points(kTaps);
  WinogradMatrix<n, kColumns> powers;
  for (int j = 0; j + 1 < n; ++j) {
    double power = scale(j);
    for (int k = 0; k < kColumns; ++k, power *= kPoints.at[j]) powers.at[j][k] = static_cast<float>(power);
  }
  powers.at[n - 1][kColumns - 1] = 1;
  return powers;
}

/// The coefficients of prod_l (x - p_l) over the finite points, without the one at `left_out`.
template <int kTaps>
constexpr Coefficients<kTaps + 3> product_of_points(int left_out) {
  constexpr auto kPoints = winograd_finite_points<kTaps>();
  Coefficients<kTaps + 3> product{{1}};
  int degree = 0;
  for (int l = 0; l < kTaps + 2; ++l) {
    if (l == left_out) continue;
    ++degree;
    for (int i = degree; i >= 0; --i)
      product.at[i] = (i > 0 ? product.at[i - 1] : 0) - kPoints.at[l] * product.at[i];
  }
  return product;
}

template <int kTaps>
constexpr auto winograd_data() {
  constexpr int n = winograd_points(kTaps);
  WinogradMatrix<n, n> data;
  for (int j = 0; j < n; ++j) {
    const auto product = product_of_points<kTaps>(j);
    for (int i = 0; i < n; ++i) data.at[j][i] = static_cast<float>(product.at[i]);
  }
  return data;
}

template <int kTaps>
constexpr auto winograd_weight() {
  return powers_of_points<kTaps, kTaps>([](int j) {
    constexpr auto kPoints = winograd_finite_points<kTaps>();
    double differences = 1;
    for (int l = 0; l < kTaps + 2; ++l) differences *= l == j ? 1 : kPoints.at[j] - kPoints.at[l];
    return 1 / differences;
  });
}

template <int kTaps>
constexpr auto winograd_result_transpose() {
  return powers_of_points<kTaps, kWinogradResults>([](int) { return 1.0; });
}

}  // namespace
}  // namespace gradzoo::kernels
#endif  // GRADZOO_WINOGRAD_MATRICES

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/conv/winograd_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

template <auto kMatrix, int kTo, int kFrom>
HWY_INLINE void map_rows(const WinogradMatrix<kTo, kFrom>& /*gives the sizes*/, const WinogradRows& rows) {
  const Tag<float> d;
  WinogradRows r = rows;
  for (int64_t e = 0; e < rows.size; e += lanes<float>()) {
    Vector<float> from[kFrom];
    HWY_UNROLL(8)
    for (int j = 0; j < kFrom; ++j) from[j] = hn::LoadU(d, r.from[j] + e);
    HWY_UNROLL(8)
    for (int i = 0; i < kTo; ++i) {
      if (r.to[i] == nullptr) continue;
      Vector<float> sum = r.start[i] != nullptr ? hn::LoadU(d, r.start[i] + e) : hn::Zero(d);
      HWY_UNROLL(8)
      for (int j = 0; j < kFrom; ++j) {
        if (kMatrix.at[i][j] != 0) sum = hn::MulAdd(from[j], hn::Set(d, kMatrix.at[i][j]), sum);
      }
      hn::StoreU(sum, d, r.to[i] + e);
    }
  }
}

template <auto kMatrix>
HWY_NOINLINE void map_rows(const WinogradRows& rows) {
  map_rows<kMatrix>(kMatrix, rows);
}

template <int kTaps>
void map_rows(WinogradMap map, const WinogradRows& rows) {
  switch (map) {
    case WinogradMap::data:
      return map_rows<winograd_data<kTaps>()>(rows);
    case WinogradMap::result:
      return map_rows<transposed(winograd_result_transpose<kTaps>())>(rows);
    case WinogradMap::result_transpose:
      return map_rows<winograd_result_transpose<kTaps>()>(rows);
    case WinogradMap::weight:
      return map_rows<winograd_weight<kTaps>()>(rows);
    case WinogradMap::weight_transpose:
      return map_rows<transposed(winograd_weight<kTaps>())>(rows);
  }
}

void run_rows(WinogradMap map, int taps, const WinogradRows& rows) {
  if (taps == 2) {
    map_rows<2>(map, rows);
  } else {
    map_rows<3>(map, rows);
  }
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(run_rows);

}  // namespace

void winograd_rows(WinogradMap map, int taps, const WinogradRows& rows) {
  HWY_DYNAMIC_DISPATCH(run_rows)(map, taps, rows);
}

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
