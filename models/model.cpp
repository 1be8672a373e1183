#include "models/model.h"

#include "autograd/ops.h"
#include "models/plane_pictures.h"

namespace gradzoo {
namespace {

constexpr int64_t kImages = 100, kPoints = 1000;

}  // namespace

Tensor Model::sample(int64_t, Rng&) {
  throw Error("this model draws no samples. Hint: gradzoo list models tells which do");
}

Picture Model::snapshot(const DataView& data, Rng& rng) {
  if (data.examples.example().rank() == 2) return samples_picture(sample(kImages, rng));
  const Tensor points = sample(kPoints, rng);
  const bool in_plane = data.toy != nullptr && data.toy->dimensions() == 2;
  if (!in_plane || !data.toy->why_no_density().empty()) return samples_picture(points);
  return {"samples", "Samples over the contours of the true density.",
          Planes{{samples_over_truth(*data.toy, points)}}};
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
