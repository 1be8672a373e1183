#pragma once

#include "datasets/dataset.h"
#include "models/pictures/picture.h"

/// Samples of a model that is conditional on labels, a row a class.
namespace gradzoo {

struct ClassRows {
  Tensor labels;  // (n) i64
  std::vector<std::string> captions;
};
/// Ten of each of the first ten labels.
ClassRows class_rows(const LabelNames& names);
/// images (n, H, W) or (n, H, W, 3) of these labels.
Picture class_rows_picture(const ClassRows& rows, const Tensor& images);

/// These labels in turn, (n) i64; undefined where there are none.
Tensor any_labels(int64_t n, const LabelNames& names);

}  // namespace gradzoo
