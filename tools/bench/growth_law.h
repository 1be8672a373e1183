#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradzoo {

/// How a cost grows with a size x: y = sum_k c_k x^power_k, and where it `leaves_cache`, c max(0, x - knee)
/// more: from the knee on the data no longer fit in the near caches, and what is beyond has to come from
/// memory.
struct GrowthTheory {
  std::vector<int> powers;  // ascending
  bool leaves_cache = false;
};

/// The same with numbers. No coefficient is negative, since no part of the work gives time or memory back.
struct GrowthLaw {
  GrowthTheory theory;
  std::vector<double> coefficients;  // one a power, then that of the part beyond the knee
  double knee = 0;

  double operator()(double x) const;
  /// Its form, e.g. "a + b B + c B^2" for x = "B".
  std::string form(std::string_view x) const;
  /// The same with its coefficients, without the terms that are zero: "0.41 + 0.012 B".
  std::string text(std::string_view x) const;
};

/// The law that is nearest to the points: the coefficients >= 0 (and the knee, one of the x) that minimise
/// the sum of squares of law(x_i) / y_i - 1, so that small sizes weigh as much as large ones. All y > 0; x
/// ascends.
GrowthLaw fit_growth_law(std::span<const double> x, std::span<const double> y, const GrowthTheory& theory);

/// The point that is furthest from the law, as a factor.
struct Departure {
  double x = 0;
  double ratio = 1;  // measured / law
};
Departure worst_departure(const GrowthLaw& law, std::span<const double> x, std::span<const double> y);

}  // namespace gradzoo
