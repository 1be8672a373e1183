#include "models/diffusion/discriminator.h"

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {

NoisyDiscriminator::NoisyDiscriminator(const DataShape& shape, Rng& rng)
    : net_(shape, {.channels = 32, .hidden = {64}, .zero = true}, rng) {
  register_module("net", net_);
}

Tensor NoisyDiscriminator::logit(const Tensor& x) const {
  return reshape(net_.forward((x + 1.0) * 0.5), {x.dim(0)});  // which takes pixels in [0,1]
}

Tensor NoisyDiscriminator::slope(const Tensor& x) const {
  const FunctionalScope scope(false);
  const Tensor at = scope.input(x);
  return scope.result(grad(sum(logit(at)), at));
}

Tensor NoisyDiscriminator::loss(const Tensor& data, const Tensor& samples) const {
  const Tensor logits = logit(concat(data, samples, 0));
  const int64_t real = data.dim(0);
  return mean(softplus(-logits.rows(0, real))) + mean(softplus(logits.rows(real, logits.dim(0))));
}

}  // namespace gradzoo
