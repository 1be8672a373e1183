#pragma once

#include "autograd/base/options.h"
#include "autograd/tensor.h"

/// Generative adversarial network (Goodfellow et al. 2014, "Generative adversarial nets"): x = G(z), z ~ N(0,
/// I), against a discriminator D(x), the probability that x is real:
///   min_G max_D V(G, D),  V = E_data log D(x) + E_z log(1 - D(G(z))).
/// For a fixed G the best D is p/(p + q), q the law of G(z), and V there is 2 JSD(p, q) - log 4.
/// Everything is in logits l, D = sigmoid(l): log D = -softplus(-l), log(1 - D) = -softplus(l).
namespace gradzoo {

/// V in nats from logits of real and of generated examples, any shapes: the mean of log D over the real ones
/// plus the mean of log(1 - D) over the others. -log 4 where D = 1/2 everywhere.
Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits);

/// What D descends: -V. With one-sided label smoothing (Salimans et al. 2016, section 3.4) real examples have
/// the target 1 - smoothing: their log D becomes (1 - smoothing) log D + smoothing log(1 - D).
Tensor discriminator_loss(const Tensor& real_logits, const Tensor& fake_logits, double smoothing = 0);

/// E |grad_x l(x)|^2 / 2 over real examples x (B, ...), leaves of the live tape, with logits l (B, 1) made
/// from them: R1 (Mescheder, Geiger & Nowozin 2018, "Which training methods for GANs do actually converge?",
/// eq. 9). Recorded, for D's gradient goes through it.
Tensor r1_penalty(const Tensor& x, const Tensor& logits);

enum class GeneratorLoss {
  minimax,         // E log(1 - D(G(z))), the second half of V: flat where D is sure
  non_saturating,  // -E log D(G(z)): the same fixed point, steep where D is sure (ibid., section 3)
};
inline constexpr Choice<GeneratorLoss> kGeneratorLosses[] = {
    {"non-saturating", GeneratorLoss::non_saturating}, {"minimax", GeneratorLoss::minimax}};

/// What G descends, nats.
Tensor generator_loss(const Tensor& fake_logits, GeneratorLoss loss);

}  // namespace gradzoo
