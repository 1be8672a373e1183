#include "models/classifier/shift.h"

#include <algorithm>

#include "gradzoo/autograd/random.h"

namespace gradzoo {

Tensor shifted(const Tensor& x, const DataShape& shape, int64_t most, Rng& rng) {
  const int64_t n = x.dim(0), height = shape.height(), width = shape.width(), channels = shape.channels();
  const Tensor by = rand({n, 2}, rng);
  Tensor out = zeros_like(x);
  const float* from = x.data<float>();
  float* to = out.mutable_data<float>();
  for (int64_t i = 0; i < n; ++i) {
    const auto pixels = [&](int64_t axis) {
      return static_cast<int64_t>(by.data<float>()[2 * i + axis] * static_cast<float>(2 * most + 1)) - most;
    };
    const int64_t down = pixels(0), right = pixels(1);
    for (int64_t y = std::max<int64_t>(0, down); y < std::min(height, height + down); ++y) {
      const int64_t first = std::max<int64_t>(0, right), last = std::min(width, width + right);
      if (first >= last) continue;
      const int64_t row = i * height + y;
      std::copy_n(from + ((row - down) * width + first - right) * channels, (last - first) * channels,
                  to + (row * width + first) * channels);
    }
  }
  return out;
}

}  // namespace gradzoo
