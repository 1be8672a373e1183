#include "models/pictures/unit_pictures.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/kinds/kind.h"

namespace gradzoo {

Shape tile_of(const DataShape& shape) { return shape.kind().tile(shape.example, shape.toy.get()); }

Picture filters_picture(const Tensor& weights, const Shape& tile, std::string name, std::string caption) {
  const int64_t count = std::min<int64_t>(100, weights.dim(1));
  const Tensor filters = transpose(slice(weights.detach(), 1, 0, count));  // (count, n)
  const Tensor size = maximum(max(abs(filters), 1, true), 1e-12);
  return {std::move(name), std::move(caption),
          ImageGrid{reshape(filters / size * 0.5 + 0.5, tile.insert(0, count))}};
}

ImageGrid chains_grid(std::span<const Tensor> steps, const Shape& tile) {
  const int64_t rows = steps[0].dim(0), columns = static_cast<int64_t>(steps.size());
  return {reshape(clamp(stack(steps, 1), 0, 1), tile.insert(0, rows * columns)), columns};
}

std::vector<int64_t> growing_steps(int64_t last, int64_t count) {
  std::vector<int64_t> out{0};
  for (int64_t i = 1; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    const auto step = static_cast<int64_t>(std::lround(std::pow(static_cast<double>(last), share)));
    out.push_back(std::max(out.back(), step));
  }
  return out;
}

}  // namespace gradzoo
