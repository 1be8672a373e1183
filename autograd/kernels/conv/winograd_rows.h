#pragma once

#include <cstdint>

/// Winograd's F(4, r) along one axis: four results of a filter with r = 2 or 3 taps by n = r + 3 products,
/// not 4 r,
///   y = A^T [(G w) . (B^T x)],  y[i] = sum_k x[i + k] w[k],  i < 4, k < r,
/// Winograd, Arithmetic complexity of computations (1980); Lavin and Gray (2016), section 4.1.
namespace gradzoo::kernels {

constexpr int kWinogradResults = 4;
constexpr int kMostWinogradPoints = 6;
constexpr int winograd_points(int taps) { return taps + kWinogradResults - 1; }

/// The linear maps of the method. The form is trilinear, so the transposed maps give the gradients.
enum class WinogradMap {
  data,              // B^T: n from n
  result,            // A^T: 4 from n
  result_transpose,  // A: n from 4
  weight,            // G: n from r
  weight_transpose,  // G^T: r from n
};

/// to[i][e] = start[i][e] + sum_j map[i][j] from[j][e] for e < size, a multiple of 16, and each i whose `to`
/// is not null.
struct WinogradRows {
  const float* from[kMostWinogradPoints] = {};
  const float* start[kMostWinogradPoints] = {};  // null: 0
  float* to[kMostWinogradPoints] = {};
  int64_t size;
};

/// Runs a map of F(4, taps).
void winograd_rows(WinogradMap map, int taps, const WinogradRows& rows);

}  // namespace gradzoo::kernels
