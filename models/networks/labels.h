#pragma once

#include <string_view>

#include "gradzoo/datasets/dataset.h"

/// Labels as inputs of a network, for class-conditional models.
namespace gradzoo {

/// The number of classes of a conditional model: those of the data, or 0 if it is not conditional. Throws
/// Error if it is and the data have no labels.
int64_t conditioning_classes(bool conditional, const DataShape& shape, std::string_view model);

/// Labels (B) i64 as rows of 0 and 1: (B, classes). Throws Error if they are missing or not a class.
Tensor label_rows(const Tensor& labels, int64_t classes, DType dtype = DType::f32);

/// The places of one label among labels (B) i64: (as many as there are) i64.
Tensor rows_with_label(const Tensor& labels, int64_t label);

/// A batch's labels (B), repeated to `rows` rows, as functionals and objectives tile batches. Throws Error if
/// `rows` is not a multiple of B.
Tensor tiled_labels(const Tensor& labels, int64_t rows);

/// x (k B, n) with its one-hot label appended, (k B, n + classes); x itself if classes is 0.
Tensor beside_label(const Tensor& x, const Tensor& labels, int64_t classes);

}  // namespace gradzoo
