#include "models/networks/labels.h"

#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

int64_t conditioning_classes(bool conditional, const DataShape& shape, std::string_view model) {
  if (!conditional) return 0;
  if (shape.classes == 0)
    throw Error(
        "conditional=true: the data have no labels for {}. Hint: use conditional=false, or labelled images",
        model);
  return shape.classes;
}

Tensor label_rows(const Tensor& labels, int64_t classes, DType dtype) {
  if (!labels.defined())
    throw Error("a conditional network needs labels, and there are none. Hint: give labels (B), i64");
  return one_hot(labels, classes, dtype);
}

Tensor rows_with_label(const Tensor& labels, int64_t label) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < labels.size(); ++i) {
    if (labels.data<int64_t>()[i] == label) rows.push_back(i);
  }
  return tensor(rows, {static_cast<int64_t>(rows.size())});
}

Tensor tiled_labels(const Tensor& labels, int64_t rows) {
  if (!labels.defined() || labels.dim(0) == rows) return labels;
  const int64_t n = labels.dim(0);
  if (n == 0 || rows % n != 0)
    throw Error("{} labels for {} examples. Hint: give one label per example", n, rows);
  return tile_rows(labels, rows / n);
}

Tensor beside_label(const Tensor& x, const Tensor& labels, int64_t classes) {
  if (classes == 0) return x;
  return concat(x, label_rows(tiled_labels(labels, x.dim(0)), classes, x.dtype()), 1);
}

}  // namespace gradzoo
