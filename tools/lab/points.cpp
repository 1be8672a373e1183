#include "tools/lab/points.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "tools/run/draw_picture.h"

namespace gradzoo {

Nearest nearest_centres(const Tensor& samples, const Tensor& centres) {
  const int64_t n = samples.dim(0), k = centres.dim(0), d = samples.dim(1);
  const Tensor apart =
      reshape(cast(samples, DType::f64), {n, 1, d}) - reshape(cast(centres, DType::f64), {1, k, d});
  const std::vector<double> squares = sum(square(apart), 2).to_vector();
  Nearest out{std::vector<double>(static_cast<size_t>(k)), {}};
  for (int64_t i = 0; i < n; ++i) {
    const auto row = squares.begin() + i * k, nearest = std::min_element(row, row + k);
    out.shares[static_cast<size_t>(nearest - row)] += 1.0 / static_cast<double>(n);
    out.distances.push_back(std::sqrt(*nearest));
  }
  return out;
}

double total_variation(const std::vector<double>& p, const std::vector<double>& q) {
  double total = 0;
  for (size_t i = 0; i < p.size(); ++i) total += std::abs(p[i] - q[i]) / 2;
  return total;
}

double share_within(const std::vector<double>& values, double bound) {
  const auto count = std::ranges::count_if(values, [&](double value) { return value <= bound; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

LabPicture planes_picture(std::string name, std::string caption, std::vector<Plane> planes) {
  const Picture picture{std::move(name), std::move(caption), Planes{std::move(planes)}};
  return {picture.name, picture.caption, draw_picture(picture)};
}

}  // namespace gradzoo
