#include "models/model.h"

#include "autograd/ops.h"

namespace gradzoo {
namespace {

constexpr int64_t kImages = 100, kPoints = 1000;

bool draws_images(const Examples& examples) { return examples.example().rank() == 2; }

}  // namespace

Tensor Model::sample(int64_t, Rng&) {
  throw Error("this model draws no samples. Hint: gradzoo list models tells which do");
}

Picture Model::snapshot(const DataView& data, Rng& rng) {
  return samples_picture(sample(draws_images(data.examples) ? kImages : kPoints, rng));
}

Picture samples_picture(const Tensor& samples) {
  if (samples.rank() == 3) return {"samples", "Samples.", ImageGrid{samples}};
  const int64_t n = samples.dim(0);
  const Tensor first = slice(samples, 1, 0, 1);
  const Tensor second = samples.dim(1) > 1 ? slice(samples, 1, 1, 2) : zeros({n, 1}, samples.dtype());
  return {"samples", "Samples, by their first two coordinates.",
          Scatter{concat(first, second, 1), zeros({n}, DType::i64), "x0", "x1"}};
}

}  // namespace gradzoo
