#include "models/base/model.h"

#include "autograd/base/error.h"
#include "models/pictures/samples_picture.h"

namespace gradzoo {
namespace {

constexpr int64_t kSnapshotImages = 100, kSnapshotPoints = 1000;

}  // namespace

Tensor Model::sample(int64_t, Rng&) {
  throw Error("this model draws no samples. Hint: gradzoo list models tells which do");
}

Picture Model::snapshot(const DataView& data, Rng& rng) {
  const bool images = data.examples.example().rank() == 2;
  return samples_picture(sample(images ? kSnapshotImages : kSnapshotPoints, rng), data.toy);
}

}  // namespace gradzoo
