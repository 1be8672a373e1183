#pragma once

#include "gradzoo/base/function_ref.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/eval/probe.h"

namespace gradzoo {

/// The mean over examples and its standard error (NaN for one example), from one value for each example: rows
/// (N).
Quantity mean_over_examples(const QuantityInfo& info, const Tensor& rows, std::string meaning);

/// The mean example, bytes as x / 255: (size) f64.
Tensor mean_example(const Examples& examples);

/// The first `most` of the examples, or all if there are fewer.
Examples first_of(Examples examples, int64_t most);

/// The end of a quantity's meaning: "" if it is measured on all examples, ", of the first 1000 examples" if
/// on fewer.
std::string of_the_first(int64_t count, const Examples& all);

/// n pairs of examples, 2 n in random order: 0 and 1, 2 and 3, ... Both of a pair have the label in `labels`
/// (n), or any label if that is below 0. Throws Error if there are too few.
Batch pairs_of(const Examples& examples, std::span<const int64_t> labels, Pixels pixels, Rng& rng);

/// Calls fn(batch) for all examples in their order, `chunk` at once. Random pixels are the same in every call
/// with the same seed, whatever the chunk.
void for_each_batch(const Examples& examples, Pixels pixels, uint64_t seed, int64_t chunk,
                    FunctionRef<void(const Batch&)> fn);

/// What `encode` makes of all examples, (n, numbers) to (n, features), beside their labels.
LabelledFeatures features_of(const Examples& examples, Pixels pixels, uint64_t seed,
                             FunctionRef<Tensor(const Tensor&)> encode);

}  // namespace gradzoo
