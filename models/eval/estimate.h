#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "autograd/random.h"
#include "base/function_ref.h"

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
/// deviation over `resamples` draws of n rows with replacement (Efron 1979, the bootstrap).
Estimate bootstrap(int64_t n, int64_t resamples, Rng& rng,
                   FunctionRef<double(std::span<const int64_t> rows)> statistic);

}  // namespace gradzoo
