#include "samplers/diagnostics/autocovariance.h"

#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

namespace gradzoo {
namespace {

using Complex = std::complex<double>;

// In place, a power of two long, without the factor 1/n (Cooley & Tukey 1965).
void fourier_transform(std::vector<Complex>& a) {
  const size_t n = a.size();
  for (size_t i = 1, reversed = 0; i < n; ++i) {
    size_t bit = n >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) std::swap(a[i], a[reversed]);
  }
  std::vector<Complex> roots(n / 2);
  for (size_t k = 0; k < roots.size(); ++k) {
    roots[k] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  }
  for (size_t half = 1; half < n; half *= 2) {
    for (size_t begin = 0; begin < n; begin += 2 * half) {
      for (size_t k = 0; k < half; ++k) {
        const Complex even = a[begin + k], odd = a[begin + k + half] * roots[k * (n / (2 * half))];
        a[begin + k] = even + odd;
        a[begin + k + half] = even - odd;
      }
    }
  }
}

}  // namespace

std::vector<double> autocovariance(std::span<const double> x) {
  const size_t n = x.size();
  const double count = static_cast<double>(n);
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / count;
  // Zeros behind, as many as there are values, so that the end does not meet the beginning.
  std::vector<Complex> a(std::bit_ceil(2 * n));
  for (size_t i = 0; i < n; ++i) a[i] = x[i] - mean;
  fourier_transform(a);
  for (Complex& value : a) value = std::norm(value);
  fourier_transform(a);  // of real and even values: the transform is its own inverse up to the factor
  std::vector<double> c(n);
  for (size_t t = 0; t < n; ++t) c[t] = a[t].real() / (static_cast<double>(a.size()) * count);
  return c;
}

}  // namespace gradzoo
