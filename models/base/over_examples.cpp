#include "gradzoo/models/base/over_examples.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

Quantity mean_over_examples(const QuantityInfo& info, const Tensor& rows, std::string meaning) {
  const double standard_error =
      rows.size() < 2 ? NAN : std::sqrt(var(rows).item() / static_cast<double>(rows.size()));
  return quantity(info, mean(rows).item(), std::move(meaning), standard_error);
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

std::string of_the_first(int64_t count, const Examples& all) {
  return count < all.count() ? fmt::format(", of the first {} examples", count) : "";
}

Batch pairs_of(const Examples& examples, std::span<const int64_t> labels, Pixels pixels, Rng& rng) {
  const Tensor order = randperm(examples.count(), rng);
  std::vector<double> rows;
  std::vector<bool> taken(static_cast<size_t>(examples.count()));
  for (const int64_t label : labels) {
    int64_t missing = 2;
    for (int64_t i = 0; i < order.size() && missing > 0; ++i) {
      const int64_t row = order.data<int64_t>()[i];
      const bool fits =
          label < 0 || examples.labels.data<uint8_t>()[examples.rows.data<int64_t>()[row]] == label;
      if (taken[static_cast<size_t>(row)] || !fits) continue;
      taken[static_cast<size_t>(row)] = true;
      rows.push_back(static_cast<double>(row));
      --missing;
    }
    if (missing > 0)
      throw Error("there are too few examples{} for {} pairs. Hint: use fewer pairs",
                  label < 0 ? "" : fmt::format(" of label {}", label), labels.size());
  }
  Examples chosen = examples;
  chosen.rows = index_select(examples.rows, 0, tensor(rows, {std::ssize(rows)}, DType::i64));
  return read_examples(chosen, 0, chosen.count(), pixels, rng);
}

void for_each_batch(const Examples& examples, Pixels pixels, uint64_t seed, int64_t chunk,
                    FunctionRef<void(const Batch&)> fn) {
  const Rng pixel_rng(seed, "eval/pixels");
  for (int64_t begin = 0; begin < examples.count(); begin += chunk) {
    fn(read_examples(examples, begin, std::min(begin + chunk, examples.count()), pixels, pixel_rng));
  }
}

LabelledFeatures features_of(const Examples& examples, Pixels pixels, uint64_t seed,
                             FunctionRef<Tensor(const Tensor&)> encode) {
  Tensors features, labels;
  for_each_batch(examples, pixels, seed, 1000, [&](const Batch& batch) {
    features.push_back(encode(batch.x));
    labels.push_back(batch.labels);
  });
  return {concat(features, 0), concat(labels, 0)};
}

}  // namespace gradzoo
