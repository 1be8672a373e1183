#pragma once

#include <cmath>

namespace gradzoo::test {

/// Returns the n-th polygamma function, n >= 1, at x > -10 that is not a pole: 30 terms of sum
/// n!/(x+k)^(n+1), and the rest from Euler-Maclaurin (Abramowitz & Stegun 6.4.11).
inline long double polygamma_truth(int n, long double x) {
  static constexpr long double kBernoulli[] = {1.0L / 6, -1.0L / 30, 1.0L / 42, -1.0L / 30, 5.0L / 66};
  const long double factorial = std::tgamma(n + 1.0L), z = x + 30;
  long double sum = 0;
  for (int k = 0; k < 30; ++k) sum += factorial / std::pow(x + k, n + 1);
  sum += std::tgamma(1.0L * n) / std::pow(z, n) + factorial / (2 * std::pow(z, n + 1));
  for (int k = 1; k <= 5; ++k)
    sum +=
        kBernoulli[k - 1] * std::tgamma(2.0L * k + n) / (std::tgamma(2.0L * k + 1) * std::pow(z, 2 * k + n));
  return n % 2 == 1 ? sum : -sum;
}

/// Returns the polygamma function for n = 0 (A & S 6.3.18).
inline long double digamma_truth(long double x) {
  static constexpr long double kCoefficients[] = {1.0L / 12, -1.0L / 120, 1.0L / 252, -1.0L / 240,
                                                  1.0L / 132};
  const long double z = x + 30;
  long double sum = 0;
  for (int k = 0; k < 30; ++k) sum -= 1 / (x + k);
  sum += std::log(z) - 1 / (2 * z);
  for (int k = 1; k <= 5; ++k) sum -= kCoefficients[k - 1] / std::pow(z, 2 * k);
  return sum;
}

}  // namespace gradzoo::test
