#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/eval/sample_metrics.h"

namespace gradzoo {

Tensor psnr(const Tensor& images, const Tensor& truth) {
  if (images.rank() != 2 || images.size() == 0 || images.shape() != truth.shape())
    throw Error(
        "psnr: images are {} and truth is {}. Hint: give (n, pixels) for both, with one image or more",
        images.shape().str(), truth.shape().str());
  const NoGrad quiet;
  const Tensor off = cast(images, DType::f64) - cast(truth, DType::f64);
  return log(mean(square(off), 1)) * (-10 / std::log(10.0));
}

}  // namespace gradzoo
