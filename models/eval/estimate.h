#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"

/// Estimates with standard errors, and measures of how well a score separates two sets.
namespace gradzoo {

/// A value and its standard error.
struct Estimate {
  double value = 0, standard_error = 0;  ///< value, and its standard error (NaN: unknown)
};

/// Formats "98.13 ± 0.31": four digits of the value, two of the error, and no error if it is unknown.
std::string with_error(const Estimate& e);

/// Returns the mean of values (n) and its standard error, NaN for one value.
Estimate mean_of_rows(const Tensor& values);

/// Returns rows as an index for index_select: (n) i64.
Tensor row_index(std::span<const int64_t> rows);

/// Returns a statistic of n examples with its bootstrap error (Efron 1979): the value on all rows, and the
/// standard deviation over `resamples` draws of n rows with replacement. The statistic is called with the
/// rows to read. The error is NaN for one example and for fewer than two resamples.
Estimate bootstrap(int64_t n, int64_t resamples, Rng& rng,
                   FunctionRef<double(std::span<const int64_t> rows)> statistic);

/// Returns the area under the receiver operating characteristic: the probability that a positive example has
/// a higher score than a negative one, with ties counted half (Mann & Whitney 1947; Hanley & McNeil 1982). 1
/// is a perfect separation, 0.5 is chance, and below 0.5 the scores point the wrong way. The standard error
/// follows DeLong, DeLong & Clarke-Pearson 1988 (eqs. 4-5); it is 0 if the two sets of scores do not
/// overlap, and NaN if a set has one example. positive (n), negative (m), f32 or f64. Throws Error for an
/// empty set and for a NaN.
Estimate auroc(const Tensor& positive, const Tensor& negative);

/// The receiver operating characteristic: a point for each threshold that matters, from (0, 0) to (1, 1).
struct RocCurve {
  std::vector<double> false_positives, true_positives;  ///< shares of negatives, positives at a threshold
};
/// Returns the curve, whose area by trapezoids is auroc(). Throws Error as auroc() does.
RocCurve roc_curve(const Tensor& positive, const Tensor& negative);
/// Returns the share of the positives at or above the lowest threshold that at most the share
/// `false_positives` of the negatives reaches.
double true_positives_at(const RocCurve& curve, double false_positives);

/// Returns log (1/K) sum_k w_k per row, K = `samples`, from log importance weights: log_weights(k) draws (B,
/// k), with k at most `at_once`. The mean of the weights is unbiased for the evidence, so its logarithm is
/// below the log evidence in expectation (Jensen).
Tensor importance_log_likelihood(FunctionRef<Tensor(int64_t)> log_weights, int64_t samples, int64_t at_once);

}  // namespace gradzoo
