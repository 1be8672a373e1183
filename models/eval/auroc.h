#pragma once

#include <vector>

#include "models/eval/estimate.h"

/// How well a score separates two sets, over all thresholds.
namespace gradzoo {

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

}  // namespace gradzoo
