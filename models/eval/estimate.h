#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"

/// Estimates with their standard errors, and how well a score separates two sets.
namespace gradzoo {

/// A value and its standard error.
struct Estimate {
  double value = 0, standard_error = 0;  ///< the error NaN where it is not known
};

/// "98.13 +- 0.31": the value in four digits, its error in two, and none where it is not known.
std::string with_error(const Estimate& e, std::string_view sign = "+-");

/// The mean of values (n) and its standard error, NaN of one value.
Estimate mean_of_rows(const Tensor& values);

/// Rows as an index for index_select: (n) i64.
Tensor row_index(std::span<const int64_t> rows);

/// A statistic of n examples, called with the rows to read: its value on all of them, and its standard
/// deviation over `resamples` draws of n rows with replacement (Efron 1979, the bootstrap). The error is NaN
/// for one example and for fewer than two resamples, which do not show it.
Estimate bootstrap(int64_t n, int64_t resamples, Rng& rng,
                   FunctionRef<double(std::span<const int64_t> rows)> statistic);

/// The area under the receiver operating characteristic: the probability that a positive has a higher score
/// than a negative, a tie counting half (Mann & Whitney 1947; Hanley & McNeil 1982). 1 separates them without
/// an error, 0.5 is chance, and below it the scores point the wrong way. The standard error is that of
/// DeLong, DeLong & Clarke-Pearson 1988 (eqs. 4-5), 0 if the two sets of scores do not overlap, and NaN if a
/// set has one example. positive (n), negative (m), f32 or f64. Throws Error for an empty set and for a NaN.
Estimate auroc(const Tensor& positive, const Tensor& negative);

/// The characteristic itself: a point for every threshold that changes something, from (0, 0) to (1, 1).
struct RocCurve {
  std::vector<double> false_positives, true_positives;  ///< shares of the negatives and of the positives
};
/// Its area by trapezoids is auroc(). Throws as auroc() does.
RocCurve roc_curve(const Tensor& positive, const Tensor& negative);
/// The share of the positives at or above the lowest threshold that at most this share of the negatives
/// reaches.
double true_positives_at(const RocCurve& curve, double false_positives);

/// log (1/K) sum_k w_k of every row, from fresh log importance weights: log_weights(k) gives (B, k). K =
/// `samples`, asked for `at_once` or fewer at a time. Unbiased for the evidence, so below its logarithm in
/// expectation (Jensen).
Tensor importance_log_likelihood(FunctionRef<Tensor(int64_t)> log_weights, int64_t samples, int64_t at_once);

}  // namespace gradzoo
