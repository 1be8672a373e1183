#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"

namespace gradzoo {

/// log (1/K) sum_k w_k of every row, from fresh log importance weights: log_weights(k) gives (B, k). K =
/// `samples`, asked for `at_once` or fewer at a time. Unbiased for the evidence, so below its logarithm in
/// expectation (Jensen).
Tensor importance_log_likelihood(FunctionRef<Tensor(int64_t)> log_weights, int64_t samples, int64_t at_once);

}  // namespace gradzoo
