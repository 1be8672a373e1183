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

void for_each_batch(const Examples& examples, Pixels pixels, uint64_t seed, int64_t chunk,
                    FunctionRef<void(const Batch&)> fn) {
  const Rng pixel_rng(seed, "eval/pixels");
  for (int64_t begin = 0; begin < examples.count(); begin += chunk) {
    fn(read_examples(examples, begin, std::min(begin + chunk, examples.count()), pixels, pixel_rng));
  }
}

}  // namespace gradzoo
