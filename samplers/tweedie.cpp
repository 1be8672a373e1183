#include "gradzoo/samplers/tweedie.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

Tensor tweedie_denoised(const Tensor& noisy, const Tensor& score, double sigma) {
  if (score.shape() != noisy.shape())
    throw Error("Tweedie: the score has shape {}, x {}. Hint: one for every number of x", score.shape().str(),
                noisy.shape().str());
  return noisy + score * (sigma * sigma);
}

}  // namespace gradzoo
