#include "gradzoo/samplers/tweedie.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

Tensor tweedie_denoised(const Tensor& noisy, const Tensor& score, double sigma) {
  if (score.shape() != noisy.shape())
    throw Error("Tweedie: the score has shape {}, x {}. Hint: use a score of x's shape", score.shape().str(),
                noisy.shape().str());
  return noisy + score * (sigma * sigma);
}

}  // namespace gradzoo
