#pragma once

#include <cstdint>
#include <vector>

#include "autograd/tensor.h"
#include "base/function_ref.h"
#include "tools/ledger/row.h"

/// What the classifier two-sample test promises. Each measurement takes the test as an argument, so that a
/// wrong one can be planted.
namespace gradzoo {

std::vector<Row> c2st_rows();

/// A p-value that says whether points a (n, d) and b (m, d) are from one law.
using TwoSampleTest = FunctionRef<double(const Tensor& a, const Tensor& b, uint64_t seed)>;

/// How often of `repeats` times p <= .05, of 100 points against 100 of N(0, I) in the plane.
double null_rejections(TwoSampleTest test, int64_t repeats, uint64_t seed);
/// The same of 1,000 points against 1,000 whose mean lies 0.3 standard deviations away.
double shift_rejections(TwoSampleTest test, int64_t repeats, uint64_t seed);

}  // namespace gradzoo
