#include "models/gan/losses.h"

#include "autograd/grad.h"
#include "autograd/ops.h"

namespace gradzoo {

Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits) {
  return neg(mean(softplus(neg(real_logits))) + mean(softplus(fake_logits)));
}

Tensor discriminator_loss(const Tensor& real_logits, const Tensor& fake_logits, double smoothing) {
  const Tensor loss = neg(gan_value(real_logits, fake_logits));
  // log D - log(1 - D) = l: a share of the real examples' weight moves from the one to the other.
  return smoothing == 0 ? loss : loss + mean(real_logits) * smoothing;
}

Tensor r1_penalty(const Tensor& x, const Tensor& logits) {
  const Tensor slope = grad(sum(logits), x, {.create_graph = true});
  return sum(square(slope)) * (0.5 / static_cast<double>(x.dim(0)));
}

Tensor generator_loss(const Tensor& fake_logits, GeneratorLoss loss) {
  return loss == GeneratorLoss::minimax ? neg(mean(softplus(fake_logits))) : mean(softplus(neg(fake_logits)));
}

}  // namespace gradzoo
