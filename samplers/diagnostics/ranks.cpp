#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "gradzoo/samplers/diagnostics/diagnostics.h"

namespace gradzoo {
namespace {

using Coefficients = std::array<double, 8>;  // from the constant on

double polynomial(const Coefficients& c, double x) {
  return std::accumulate(c.rbegin(), c.rend(), 0.0, [x](double sum, double next) { return sum * x + next; });
}

// P(x)/Q(x), of degree seven.
struct Rational {
  Coefficients above, below;
  double operator()(double x) const { return polynomial(above, x) / polynomial(below, x); }
};

constexpr Rational kCentral = {
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
     4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
     2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3}};
constexpr Rational kMiddle = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2,
     7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9}};
constexpr Rational kFar = {{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                            2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                            2.71155556874348757815e-5, 2.01033439929228813265e-7},
                           {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
                            1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                            1.42151175831644588870e-7, 2.04426310338993978564e-15}};

}  // namespace

double standard_normal_quantile(double p) {
  constexpr double kMost = 0.425, kMiddleEnds = 5;
  const double off = p - 0.5;
  if (std::abs(off) <= kMost) return off * kCentral(kMost * kMost - off * off);
  const double root = std::sqrt(-std::log(std::min(p, 1 - p)));
  const double size = root <= kMiddleEnds ? kMiddle(root - 1.6) : kFar(root - kMiddleEnds);
  return off < 0 ? -size : size;
}

std::vector<double> midranks(std::span<const double> values) {
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](uint32_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (; begin < end; ++begin) ranks[order[begin]] = rank;
  }
  return ranks;
}

std::vector<double> normal_scores(std::span<const double> values) {
  const double denominator = static_cast<double>(values.size()) + 0.25;
  std::vector<double> out = midranks(values);
  for (double& value : out) value = standard_normal_quantile((value - 0.375) / denominator);
  return out;
}

double sample_quantile(std::vector<double> values, double p) {
  const double place = p * static_cast<double>(values.size() - 1);
  const auto below = values.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), below, values.end());
  if (below + 1 == values.end()) return *below;
  const double next = *std::min_element(below + 1, values.end());
  return *below + (place - std::floor(place)) * (next - *below);
}

}  // namespace gradzoo
