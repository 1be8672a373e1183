#include "gradzoo/models/eval/estimate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/options.h"
#include "gradzoo/samplers/diagnostics/diagnostics.h"

namespace gradzoo {

std::string with_error(const Estimate& e) {
  const std::string value = fmt::format("{:.4g}", e.value);
  return std::isfinite(e.standard_error) ? fmt::format("{} ± {}", value, rounded(e.standard_error, 2))
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
  Estimate out{statistic(rows), NAN};
  if (n < 2 || resamples < 2) return out;
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

namespace {

std::vector<double> scores_of(const Tensor& scores, const char* which) {
  if (scores.rank() != 1 || scores.size() == 0)
    throw Error("auroc: the {} scores are {}. Hint: give (n), n at least 1", which, scores.shape().str());
  std::vector<double> values = scores.to_vector();
  if (std::ranges::any_of(values, [](double x) { return std::isnan(x); }))
    throw Error("auroc: a {} score is not a number. Hint: check that the model is finite", which);
  return values;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// NaN of one value.
double variance_of_mean(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  const auto n = static_cast<double>(values.size());
  return squares / (n - 1) / n;
}

}  // namespace

// The share of the other set that an example lies above is the difference of its ranks in both sets and in
// its own (Sun & Xu 2014, "Fast implementation of DeLong's algorithm").
Estimate auroc(const Tensor& positive, const Tensor& negative) {
  const std::vector<double> above = scores_of(positive, "positive"), below = scores_of(negative, "negative");
  std::vector<double> all = above;
  all.insert(all.end(), below.begin(), below.end());
  const std::vector<double> ranks = midranks(all), own_above = midranks(above), own_below = midranks(below);
  const size_t n = above.size(), m = below.size();
  std::vector<double> beaten(n), beaten_by(m);
  for (size_t i = 0; i < n; ++i) beaten[i] = (ranks[i] - own_above[i]) / static_cast<double>(m);
  for (size_t j = 0; j < m; ++j) beaten_by[j] = 1 - (ranks[n + j] - own_below[j]) / static_cast<double>(n);
  return {mean_of(beaten), std::sqrt(variance_of_mean(beaten) + variance_of_mean(beaten_by))};
}

RocCurve roc_curve(const Tensor& positive, const Tensor& negative) {
  std::vector<double> above = scores_of(positive, "positive"), below = scores_of(negative, "negative");
  std::ranges::sort(above, std::greater<>());
  std::ranges::sort(below, std::greater<>());
  RocCurve curve{{0}, {0}};
  size_t i = 0, j = 0;
  while (i < above.size() || j < below.size()) {
    const double threshold = j == below.size()                           ? above[i]
                             : i == above.size() || below[j] >= above[i] ? below[j]
                                                                         : above[i];
    while (i < above.size() && above[i] == threshold) ++i;
    while (j < below.size() && below[j] == threshold) ++j;
    curve.true_positives.push_back(static_cast<double>(i) / static_cast<double>(above.size()));
    curve.false_positives.push_back(static_cast<double>(j) / static_cast<double>(below.size()));
  }
  return curve;
}

double true_positives_at(const RocCurve& curve, double false_positives) {
  const auto beyond = std::ranges::upper_bound(curve.false_positives, false_positives);
  const auto points = beyond - curve.false_positives.begin();  // the first is (0, 0)
  return curve.true_positives[static_cast<size_t>(points - 1)];
}

Tensor importance_log_likelihood(FunctionRef<Tensor(int64_t)> log_weights, int64_t samples, int64_t at_once) {
  if (samples < 1 || at_once < 1)
    throw Error("importance sampling: {} samples, {} at once. Hint: use at least 1", samples, at_once);
  Tensors sums;  // (B, 1) each: logsumexp of a part of the weights
  for (int64_t done = 0; done < samples; done += at_once) {
    sums.push_back(logsumexp(log_weights(std::min(at_once, samples - done)), 1, true));
  }
  return logsumexp(concat(sums, 1), 1) - std::log(static_cast<double>(samples));
}

}  // namespace gradzoo
