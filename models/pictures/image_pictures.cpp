#include "models/pictures/image_pictures.h"

#include <algorithm>
#include <array>
#include <numbers>

#include "autograd/ops.h"
#include "models/eval/nearest_images.h"

namespace gradzoo {

Tensor as_images(const Tensor& rows, const DataShape& shape) {
  return reshape(clamp(rows, 0, 1), {rows.dim(0), shape.height(), shape.width()});
}

ImageGrid rows_by_turns(std::span<const Tensor> parts, std::vector<std::string> captions,
                        const DataShape& shape) {
  Tensors rows;
  for (int64_t begin = 0; begin + kImageColumns <= parts.front().dim(0); begin += kImageColumns) {
    for (const Tensor& part : parts) {
      rows.push_back(as_images(part.rows(begin, begin + kImageColumns), shape));
    }
  }
  return {concat(rows, 0), kImageColumns, std::move(captions)};
}

Tensors lines_between(const Tensor& codes, int64_t pairs) {
  const Tensor t =
      reshape(arange(kImageColumns) * (1.0 / static_cast<double>(kImageColumns - 1)), {kImageColumns, 1});
  Tensors lines;
  for (int64_t pair = 0; pair < pairs; ++pair) {
    const Tensor a = codes.rows(2 * pair, 2 * pair + 1), b = codes.rows(2 * pair + 1, 2 * pair + 2);
    lines.push_back(a + t * (b - a));
  }
  return lines;
}

Tensor arcs_between(const Tensor& codes, int64_t pairs) {
  const int64_t d = codes.dim(1);
  const Tensor ends = reshape(codes.rows(0, 2 * pairs), {pairs, 2, d});
  const Tensor angle =
      reshape(arange(kImageColumns) * (0.5 * std::numbers::pi / static_cast<double>(kImageColumns - 1)),
              {kImageColumns, 1});
  const Tensor arcs = slice(ends, 1, 0, 1) * cos(angle) + slice(ends, 1, 1, 2) * sin(angle);
  return reshape(arcs, {pairs * kImageColumns, d});
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
          "Samples, and under each the training image nearest to it: equal pairs would mean that images were "
          "memorised.",
          rows_by_turns(parts, {"sample", "nearest training image"}, shape)};
}

}  // namespace gradzoo
