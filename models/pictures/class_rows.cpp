#include "models/pictures/class_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/pictures/image_pictures.h"

namespace gradzoo {

ClassRows class_rows(int64_t classes) {
  constexpr int64_t kMostRows = 10;
  const int64_t rows = std::min(classes, kMostRows);
  ClassRows out{empty({rows * kImageColumns}, DType::i64), {}};
  for (int64_t i = 0; i < out.labels.size(); ++i) out.labels.mutable_data<int64_t>()[i] = i / kImageColumns;
  for (int64_t label = 0; label < rows; ++label) out.captions.push_back(fmt::format("{}", label));
  return out;
}

Picture class_rows_picture(const ClassRows& rows, const Tensor& images) {
  return {"samples", "Samples, one row for each class: each row should show its label.",
          ImageGrid{images, kImageColumns, rows.captions}};
}

Tensor any_labels(int64_t n, int64_t classes) {
  if (classes == 0) return {};
  Tensor labels = empty({n}, DType::i64);
  for (int64_t i = 0; i < n; ++i) labels.mutable_data<int64_t>()[i] = i % classes;
  return labels;
}

}  // namespace gradzoo
