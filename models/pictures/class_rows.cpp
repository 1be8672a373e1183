#include "gradzoo/base/text.h"
#include "gradzoo/models/pictures/image_pictures.h"

namespace gradzoo {

ClassRows class_rows(const LabelNames& names) {
  constexpr size_t kMostRows = 10;
  ClassRows out;
  std::vector<int64_t> labels;
  for (const auto& [label, name] : names) {
    if (out.captions.size() == kMostRows) break;
    labels.insert(labels.end(), kImageColumns, label);
    out.captions.push_back(printable(name));
  }
  out.labels = tensor(labels, {std::ssize(labels)});
  return out;
}

Picture class_rows_picture(const ClassRows& rows, const Tensor& images) {
  return {"samples", "Samples, one row per class: each row should show its label.",
          ImageGrid{images, kImageColumns, rows.captions}};
}

}  // namespace gradzoo
