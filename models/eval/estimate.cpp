#include "gradzoo/models/eval/estimate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/options.h"

namespace gradzoo {

std::string with_error(const Estimate& e, std::string_view sign) {
  const std::string value = fmt::format("{:.4g}", e.value);
  return std::isfinite(e.standard_error) ? fmt::format("{} {} {}", value, sign, rounded(e.standard_error, 2))
                                         : value;
}

Estimate mean_of_rows(const Tensor& values) {
  const NoGrad quiet;
  const Tensor x = cast(values, DType::f64);
  if (x.size() < 2) return {mean(x).item(), NAN};
  return {mean(x).item(), std::sqrt(var(x).item() / static_cast<double>(x.size()))};
}

Tensor row_index(std::span<const int64_t> rows) {
  Tensor index = empty({static_cast<int64_t>(rows.size())}, DType::i64);
  std::ranges::copy(rows, index.mutable_data<int64_t>());
  return index;
}

Estimate bootstrap(int64_t n, int64_t resamples, Rng& rng,
                   FunctionRef<double(std::span<const int64_t> rows)> statistic) {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  Estimate out{statistic(rows), 0};
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < resamples; ++i) {
    const Tensor draws = rand({n}, rng, DType::f64);
    std::transform(draws.data<double>(), draws.data<double>() + n, rows.begin(),
                   [&](double u) { return static_cast<int64_t>(u * static_cast<double>(n)); });
    const double off = statistic(rows) - out.value;
    sum += off;
    squares += off * off;
  }
  const auto k = static_cast<double>(resamples);
  out.standard_error = std::sqrt(std::max(0.0, (squares - sum * sum / k) / (k - 1)));
  return out;
}

}  // namespace gradzoo
