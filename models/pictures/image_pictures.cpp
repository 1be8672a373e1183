#include "gradzoo/models/pictures/image_pictures.h"

#include <algorithm>
#include <array>
#include <numbers>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/eval/sample_metrics.h"

namespace gradzoo {
namespace {

/// Codes of pairs, each (pairs, 1, d).
struct Ends {
  Tensor from, to;
};
Ends ends_of(const Tensor& codes, int64_t pairs) {
  const Tensor both = reshape(codes.rows(0, 2 * pairs), {pairs, 2, codes.dim(1)});
  return {slice(both, 1, 0, 1), slice(both, 1, 1, 2)};
}

// From 0 to `end` in equal steps: (kImageColumns, 1).
Tensor steps_to(double end) {
  return reshape(arange(kImageColumns) * (end / static_cast<double>(kImageColumns - 1)), {kImageColumns, 1});
}

Tensor in_rows(const Tensor& codes) { return reshape(codes, {-1, codes.dim(-1)}); }

}  // namespace

ImageGrid rows_by_turns(std::span<const Tensor> parts, std::vector<std::string> captions,
                        const DataShape& shape) {
  const int64_t columns = std::min(kImageColumns, parts.front().dim(0));
  Tensors rows;
  for (int64_t begin = 0; begin + columns <= parts.front().dim(0); begin += columns) {
    for (const Tensor& part : parts) rows.push_back(as_examples(part.rows(begin, begin + columns), shape));
  }
  return {concat(rows, 0), columns, std::move(captions)};
}

Tensor lines_between(const Tensor& codes, int64_t pairs) {
  const Ends ends = ends_of(codes, pairs);
  return in_rows(ends.from + steps_to(1) * (ends.to - ends.from));
}

Tensor arcs_between(const Tensor& codes, int64_t pairs) {
  const Ends ends = ends_of(codes, pairs);
  const Tensor angle = steps_to(0.5 * std::numbers::pi);
  return in_rows(ends.from * cos(angle) + ends.to * sin(angle));
}

Tensor label_of_each_pair(const Tensor& labels) {
  return labels.defined() ? slice(labels, 0, 0, labels.dim(0), 2) : Tensor();
}

Tensor along_rows(const Tensor& labels) {
  if (!labels.defined()) return {};
  const int64_t n = labels.dim(0);
  const Tensor each = broadcast_to(reshape(labels, {n, 1}), {n, kImageColumns}).clone();
  return reshape(each, {n * kImageColumns});
}

Picture neighbours_picture(const Tensor& samples, const DataShape& shape, const Examples& train) {
  const Tensor shown = clamp(samples.rows(0, std::min(2 * kImageColumns, samples.dim(0))), 0, 1);
  const std::array<Tensor, 2> parts = {shown, nearest_images(shown, train)};
  return {"neighbours",
          "Samples, and under each the nearest training image: equal pairs would mean that the model "
          "memorised images.",
          rows_by_turns(parts, {"sample", "nearest training image"}, shape)};
}

}  // namespace gradzoo
