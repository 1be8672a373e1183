#include "gradzoo/autograd/check/finite_difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradzoo {
namespace {

constexpr size_t kLevels = 10;

std::vector<double> central_difference(CurveFn f, double h) {
  const std::vector<double> above = f(h);
  const std::vector<double> below = f(-h);
  std::vector<double> slopes(above.size());
  for (size_t i = 0; i < slopes.size(); ++i) slopes[i] = (above[i] - below[i]) / (2 * h);
  return slopes;
}

// A row of Neville's tableau for halved steps: from the row before, and this row's central differences.
std::vector<std::vector<double>> next_row(const std::vector<std::vector<double>>& before,
                                          std::vector<double> differences) {
  std::vector<std::vector<double>> row{std::move(differences)};
  double factor = 4;  // the error term that column j removes shrinks by 4^(j+1) when the step halves
  for (const std::vector<double>& coarse : before) {
    const std::vector<double>& fine = row.back();
    std::vector<double> extrapolated(fine.size());
    for (size_t i = 0; i < fine.size(); ++i) extrapolated[i] = (factor * fine[i] - coarse[i]) / (factor - 1);
    row.push_back(std::move(extrapolated));
    factor *= 4;
  }
  return row;
}

}  // namespace

Stencil five_point_stencil(CurveFn f, double h) {
  const std::vector<double> here = f(0), above = f(h), below = f(-h), far_above = f(2 * h),
                            far_below = f(-2 * h);
  Stencil out;
  for (size_t i = 0; i < here.size(); ++i) {
    out.slope.push_back((8 * (above[i] - below[i]) - (far_above[i] - far_below[i])) / (12 * h));
    out.jump.push_back((above[i] - 2 * here[i] + below[i]) / h);
    out.wide_jump.push_back((far_above[i] - 2 * here[i] + far_below[i]) / (2 * h));
  }
  return out;
}

std::vector<double> ridders_derivative(CurveFn f, double h) {
  std::vector<std::vector<double>> row{central_difference(f, h)};
  std::vector<double> best = row[0];
  std::vector<double> error(best.size(), std::numeric_limits<double>::infinity());
  for (size_t level = 1; level < kLevels; ++level) {
    const std::vector<std::vector<double>> before = std::move(row);
    h /= 2;
    row = next_row(before, central_difference(f, h));
    for (size_t j = 1; j < row.size(); ++j) {
      for (size_t i = 0; i < best.size(); ++i) {
        const double estimate =
            std::max(std::abs(row[j][i] - row[j - 1][i]), std::abs(row[j][i] - before[j - 1][i]));
        if (estimate < error[i]) error[i] = estimate, best[i] = row[j][i];
      }
    }
  }
  return best;
}

}  // namespace gradzoo
