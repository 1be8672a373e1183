#include "models/base/over_examples.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"

namespace gradzoo {

Quantity mean_over_examples(const QuantityInfo& info, const Tensor& rows, std::string meaning) {
  const double standard_error =
      rows.size() < 2 ? NAN : std::sqrt(var(rows).item() / static_cast<double>(rows.size()));
  return {info.name, mean(rows).item(), standard_error, info.unit, std::move(meaning)};
}

Tensor mean_example(const Examples& examples) {
  const int64_t size = examples.size(), n = examples.count();
  Tensor mean = zeros({size}, DType::f64);
  double* sums = mean.mutable_data<double>();
  visit_any(examples.values.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < n; ++i) {
      const T* example = examples.values.data<T>() + examples.rows.data<int64_t>()[i] * size;
      for (int64_t j = 0; j < size; ++j) sums[j] += static_cast<double>(example[j]);
    }
  });
  const double most = examples.values.dtype() == DType::u8 ? 255 : 1;
  return mean * (1 / (most * static_cast<double>(n)));
}

Examples first_of(Examples examples, int64_t most) {
  examples.rows = examples.rows.rows(0, std::min(most, examples.count()));
  return examples;
}

void for_each_batch(const Examples& examples, Pixels pixels, uint64_t seed, int64_t chunk,
                    FunctionRef<void(const Batch&)> fn) {
  const Rng pixel_rng(seed, "eval/pixels");
  for (int64_t begin = 0; begin < examples.count(); begin += chunk) {
    fn(read_examples(examples, begin, std::min(begin + chunk, examples.count()), pixels, pixel_rng));
  }
}

}  // namespace gradzoo
