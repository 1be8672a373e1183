#pragma once

#include "gradzoo/base/function_ref.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/eval/probe.h"

namespace gradzoo {

/// Returns the mean over examples and its standard error (NaN for one) from one value per example: rows (N).
Quantity mean_over_examples(const QuantityInfo& info, const Tensor& rows, std::string meaning);

/// Returns the mean example, (size) f64, with bytes as x / 255.
Tensor mean_example(const Examples& examples);

/// Returns the first `most` examples, or all if there are fewer.
Examples first_of(Examples examples, int64_t most);

/// Returns the end of a meaning: "" for all examples, ", of the first 1000 examples" for fewer.
std::string of_the_first(int64_t count, const Examples& all);

/// Draws n pairs of examples, 2 n in random order: 0 and 1, 2 and 3, ... Both examples of a pair have the
/// label in `labels` (n), or any label if it is below 0. Throws Error if there are too few.
Batch pairs_of(const Examples& examples, std::span<const int64_t> labels, Pixels pixels, Rng& rng);

/// Calls fn(batch) for all examples in order, `chunk` at a time. Random pixels depend only on the seed.
void for_each_batch(const Examples& examples, Pixels pixels, uint64_t seed, int64_t chunk,
                    FunctionRef<void(const Batch&)> fn);

/// Returns labels and features of all examples; `encode` maps (n, elements) to (n, features).
LabelledFeatures features_of(const Examples& examples, Pixels pixels, uint64_t seed,
                             FunctionRef<Tensor(const Tensor&)> encode);

}  // namespace gradzoo
