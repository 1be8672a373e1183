#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/models/eval/sample_metrics.h"

namespace gradzoo {

Tensor nearest_images(const Tensor& queries, const Examples& images) {
  const NoGrad quiet;
  constexpr int64_t kChunk = 4000;
  const Rng unused(0);
  Tensor best = queries.clone();
  std::vector<double> best_distance(static_cast<size_t>(queries.dim(0)), INFINITY);
  for (int64_t begin = 0; begin < images.count(); begin += kChunk) {
    const Batch chunk = read_examples(images, begin, std::min(begin + kChunk, images.count()), Pixels::grey,
                                      unused, queries.dtype());
    // |q - x|^2 = |q|^2 + |x|^2 - 2 q'x; |q|^2 is the same for every x
    const Tensor distance =
        sum(square(chunk.x), 1) - matmul(queries, chunk.x, false, true) * 2.0;  // (n, chunk)
    const Tensor nearest = argmax(neg(distance), 1);
    const Tensor least = min(distance, 1);
    for (int64_t i = 0; i < queries.dim(0); ++i) {
      const double d = least.rows(i, i + 1).item();
      if (d >= best_distance[static_cast<size_t>(i)]) continue;
      best_distance[static_cast<size_t>(i)] = d;
      const int64_t row = nearest.data<int64_t>()[i];
      visit_floating(best.dtype(), [&]<class T>() {
        std::copy_n(chunk.x.data<T>() + row * queries.dim(1), queries.dim(1),
                    best.mutable_data<T>() + i * queries.dim(1));
      });
    }
  }
  return best;
}

}  // namespace gradzoo
