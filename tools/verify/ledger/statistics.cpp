#include "tools/verify/ledger/statistics.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

double z_score(const Tensor& values, double truth) {
  return (mean(values).item() - truth) / std::sqrt(var(values).item() / static_cast<double>(values.size()));
}

double largest_abs(const Tensor& x) { return max(abs(x)).item(); }

double inner(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

// Q(a + 1, h) = Q(a, h) + h^a e^-h / Gamma(a + 1) from Q(1/2, h) = erfc sqrt h or Q(1, h) = e^-h, h = x/2.
double chi_square_tail(double x, int64_t k) {
  const double h = x / 2;
  const bool is_odd = k % 2 == 1;
  if (k == 0 || h <= 0) return 1;
  double tail = is_odd ? std::erfc(std::sqrt(h)) : std::exp(-h);
  for (double a = is_odd ? 0.5 : 1; a < static_cast<double>(k) / 2; ++a)
    tail += std::exp(a * std::log(h) - h - std::lgamma(a + 1));
  return tail;
}

}  // namespace gradzoo
