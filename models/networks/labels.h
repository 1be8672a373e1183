#pragma once

#include <string_view>

#include "gradzoo/datasets/dataset.h"

/// Labels as inputs of a network, for class-conditional models.
namespace gradzoo {

/// Returns the number of classes of the data for a conditional model, else 0. Throws Error if the model is
/// conditional and the data have no labels.
int64_t conditioning_classes(bool conditional, const DataShape& shape, std::string_view model);

/// Returns labels (B) i64 as one-hot rows: (B, classes). Throws Error if labels are missing or out of range.
Tensor label_rows(const Tensor& labels, int64_t classes, DType dtype = DType::f32);

/// Returns the rows of labels (B) i64 that have one label: (count) i64.
Tensor rows_with_label(const Tensor& labels, int64_t label);

/// Returns a batch's labels (B), repeated to `rows` rows as functionals and objectives tile batches. Throws
/// Error if `rows` is not a multiple of B.
Tensor tiled_labels(const Tensor& labels, int64_t rows);

/// Returns x (k B, n) with one-hot labels appended, (k B, n + classes); x itself if classes is 0.
Tensor beside_label(const Tensor& x, const Tensor& labels, int64_t classes);

}  // namespace gradzoo
