#include "tools/bench/growth_law.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace gradzoo {
namespace {

using BasisRow = std::vector<double>;

constexpr std::string_view kLetters = "abcdefgh";

size_t terms_of(const GrowthTheory& theory) { return theory.powers.size() + (theory.leaves_cache ? 1 : 0); }

double term(const GrowthLaw& law, size_t k, double x) {
  return k < law.theory.powers.size() ? std::pow(x, law.theory.powers[k]) : std::max(0.0, x - law.knee);
}

std::string term_text(const GrowthLaw& law, size_t k, std::string_view x, std::string_view coefficient,
                      std::string_view knee) {
  if (k == law.theory.powers.size()) return fmt::format("{} max(0, {} - {})", coefficient, x, knee);
  const int power = law.theory.powers[k];
  if (power == 0) return std::string(coefficient);
  return power == 1 ? fmt::format("{} {}", coefficient, x) : fmt::format("{} {}^{}", coefficient, x, power);
}

/// Solves the symmetric positive definite system A c = r; empty where A is singular.
BasisRow solve(std::vector<BasisRow> a, BasisRow r) {
  const size_t n = r.size();
  for (size_t pivot = 0; pivot < n; ++pivot) {
    if (!(a[pivot][pivot] > 0)) return {};
    for (size_t row = pivot + 1; row < n; ++row) {
      const double factor = a[row][pivot] / a[pivot][pivot];
      for (size_t column = pivot; column < n; ++column) a[row][column] -= factor * a[pivot][column];
      r[row] -= factor * r[pivot];
    }
  }
  for (size_t row = n; row-- > 0;) {
    for (size_t column = row + 1; column < n; ++column) r[row] -= a[row][column] * r[column];
    r[row] /= a[row][row];
  }
  return r;
}

/// Coefficients of the chosen terms / y that come nearest to 1 in the mean square, each column scaled to a
/// largest value of 1.
BasisRow least_squares(std::span<const double> x, std::span<const double> y, const GrowthLaw& law,
                       const std::vector<size_t>& chosen) {
  const size_t n = chosen.size();
  std::vector<BasisRow> columns(n);
  BasisRow scale(n);
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < x.size(); ++i) columns[k].push_back(term(law, chosen[k], x[i]) / y[i]);
    scale[k] = std::ranges::max(columns[k]);
    if (!(scale[k] > 0)) return {};
    for (double& value : columns[k]) value /= scale[k];
  }
  std::vector<BasisRow> normal(n, BasisRow(n, 0));
  BasisRow right(n, 0);
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < x.size(); ++i) {
      for (size_t l = 0; l < n; ++l) normal[k][l] += columns[k][i] * columns[l][i];
      right[k] += columns[k][i];
    }
  }
  BasisRow result = solve(std::move(normal), std::move(right));
  for (size_t k = 0; k < result.size(); ++k) result[k] /= scale[k];
  return result;
}

double relative_error(const GrowthLaw& law, std::span<const double> x, std::span<const double> y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += std::pow(law(x[i]) / y[i] - 1, 2);
  return sum;
}

/// The best coefficients for a given knee. With so few terms every choice of those that are not zero can be
/// tried; the best one without a negative coefficient is the constrained minimum.
GrowthLaw fit_coefficients(std::span<const double> x, std::span<const double> y, GrowthLaw law) {
  const size_t n = terms_of(law.theory);
  GrowthLaw best = law;
  double least = std::numeric_limits<double>::infinity();
  for (size_t choice = 1; choice < size_t{1} << n; ++choice) {
    std::vector<size_t> chosen;
    for (size_t k = 0; k < n; ++k) {
      if (choice >> k & 1) chosen.push_back(k);
    }
    const BasisRow some = least_squares(x, y, law, chosen);
    if (some.empty() || std::ranges::any_of(some, [](double c) { return !(c >= 0); })) continue;
    law.coefficients.assign(n, 0);
    for (size_t k = 0; k < chosen.size(); ++k) law.coefficients[chosen[k]] = some[k];
    const double error = relative_error(law, x, y);
    if (error < least) least = error, best = law;
  }
  return best;
}

}  // namespace

double GrowthLaw::operator()(double x) const {
  double sum = 0;
  for (size_t k = 0; k < coefficients.size(); ++k) sum += coefficients[k] * term(*this, k, x);
  return sum;
}

std::string GrowthLaw::form(std::string_view x) const {
  std::vector<std::string> terms;
  for (size_t k = 0; k < terms_of(theory); ++k) {
    terms.push_back(term_text(*this, k, x, kLetters.substr(k, 1), fmt::format("{}0", x)));
  }
  return fmt::format("{}", fmt::join(terms, " + "));
}

std::string GrowthLaw::text(std::string_view x) const {
  std::vector<std::string> terms;
  for (size_t k = 0; k < coefficients.size(); ++k) {
    if (!(coefficients[k] > 0)) continue;
    terms.push_back(
        term_text(*this, k, x, fmt::format("{:.3g}", coefficients[k]), fmt::format("{:g}", knee)));
  }
  return terms.empty() ? "0" : fmt::format("{}", fmt::join(terms, " + "));
}

GrowthLaw fit_growth_law(std::span<const double> x, std::span<const double> y, const GrowthTheory& theory) {
  if (x.size() != y.size() || x.empty() || std::ranges::any_of(y, [](double v) { return !(v > 0); })) {
    throw Error(
        fmt::format("growth law: {} x and {} y. Hint: one y > 0 an x, at least one", x.size(), y.size()));
  }
  GrowthLaw best = fit_coefficients(x, y, {theory, BasisRow(terms_of(theory), 0), x.back()});
  if (!theory.leaves_cache) return best;
  for (size_t i = 1; i + 1 < x.size(); ++i) {
    GrowthLaw law = fit_coefficients(x, y, {theory, BasisRow(terms_of(theory), 0), x[i]});
    if (relative_error(law, x, y) < relative_error(best, x, y)) best = std::move(law);
  }
  return best;
}

Departure worst_departure(const GrowthLaw& law, std::span<const double> x, std::span<const double> y) {
  Departure worst;
  for (size_t i = 0; i < x.size(); ++i) {
    const double ratio = y[i] / law(x[i]);
    if (std::abs(std::log(ratio)) >= std::abs(std::log(worst.ratio))) worst = {x[i], ratio};
  }
  return worst;
}

}  // namespace gradzoo
