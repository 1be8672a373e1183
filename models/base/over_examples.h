#pragma once

#include "base/function_ref.h"
#include "models/base/model.h"

namespace gradzoo {

/// The mean over examples and its standard error (NaN for one example), from a value an example: rows (N).
Quantity mean_over_examples(const QuantityInfo& info, const Tensor& rows, std::string meaning);

/// The mean of every number over the examples, bytes as x / 255: (size) f64.
Tensor mean_example(const Examples& examples);

/// The first `most` of the examples, all where there are fewer.
Examples first_of(Examples examples, int64_t most);

/// 2 n examples in random order, 0 and 1, 2 and 3, ... having one label: that of `labels` (n) where it is 0
/// or more, else any two. Throws Error where there are not so many.
Batch pairs_of(const Examples& examples, std::span<const int64_t> labels, Pixels pixels, Rng& rng);

/// Calls fn(batch) for all examples in their order, `chunk` at once. Pixels that are drawn anew are the same
/// at every call with a seed, whatever the chunk.
void for_each_batch(const Examples& examples, Pixels pixels, uint64_t seed, int64_t chunk,
                    FunctionRef<void(const Batch&)> fn);

}  // namespace gradzoo
