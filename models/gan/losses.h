#pragma once

#include "autograd/random.h"
#include "autograd/tensor.h"
#include "base/options.h"

/// Generative adversarial network (Goodfellow et al. 2014, "Generative adversarial nets"): x = G(z), z ~ N(0,
/// I), against a discriminator D(x), the probability that x is real:
///   min_G max_D V(G, D),  V = E_data log D(x) + E_z log(1 - D(G(z))).
/// For a fixed G the best D is p/(p + q), with q the distribution of G(z), and V there is 2 JSD(p, q) - log
/// 4. Everything is in logits l, D = sigmoid(l): log D = -softplus(-l), log(1 - D) = -softplus(l).
///
/// Other losses use D's output as a score s(x) of any sign, not as a logit.
namespace gradzoo {

/// V in nats from logits of real and of generated examples, any shapes: the mean of log D over the real ones
/// plus the mean of log(1 - D) over the others. -log 4 where D = 1/2 everywhere.
Tensor gan_value(const Tensor& real_logits, const Tensor& fake_logits);

/// The losses of D and G from D's scores: each a scalar, recorded.
struct GanLoss {
  Tensor (*discriminator)(const Tensor& real, const Tensor& fake);
  Tensor (*generator)(const Tensor& fake);
  bool logits;  // scores are logits: D(x) = sigmoid(s) is a probability
  const char *discriminator_name, *discriminator_means;  // the metrics, for the report
  const char *generator_name, *generator_means;
};

/// D: -V; G: -E log D(G(z)), which has the fixed point of minimax and is steep if D is sure (Goodfellow et
/// al. 2014, section 3).
extern const GanLoss non_saturating;
/// D: -V; G: E log(1 - D(G(z))), the second half of V: flat where D is sure.
extern const GanLoss minimax;
/// D: E s(G(z)) - E s(x); G: -E s(G(z)). Where s is 1-Lipschitz, the best D leaves -W1(p, q), the negative
/// Wasserstein distance (Arjovsky et al. 2017, "Wasserstein GAN").
extern const GanLoss wasserstein;
/// D: E (s(x) - 1)^2 / 2 + E (s(G(z)) + 1)^2 / 2; G: E s(G(z))^2 / 2 (Mao et al. 2017, "Least squares
/// generative adversarial networks", eq. 8: a = -1, b = 1, c = 0). The best D is s* = (p - q)/(p + q), by
/// which E_p s^2 + E_q s^2 is the Pearson chi-squared of p + q against 2 q, the integral of (p - q)^2/(p +
/// q), and D's loss 1 minus half of it.
extern const GanLoss least_squares;
/// D: E max(0, 1 - s(x)) + E max(0, 1 + s(G(z))); G: -E s(G(z)) (Lim & Ye 2017; Miyato et al. 2018).
extern const GanLoss hinge;

inline constexpr Choice<const GanLoss*> kGanLosses[] = {{"non-saturating", &non_saturating},
                                                        {"minimax", &minimax},
                                                        {"wgan-gp", &wasserstein},
                                                        {"lsgan", &least_squares},
                                                        {"hinge", &hinge}};

/// The term that one-sided label smoothing adds to -V (Salimans et al. 2016, section 3.4): real examples have
/// the target 1 - smoothing, so their log D becomes (1 - smoothing) log D + smoothing log(1 - D).
Tensor label_smoothing_term(const Tensor& real_logits, double smoothing);

/// The penalty on D's slope.
enum class SlopePenalty { none, gradient, r1 };
inline constexpr Choice<SlopePenalty> kSlopePenalties[] = {
    {"none", SlopePenalty::none}, {"gradient", SlopePenalty::gradient}, {"r1", SlopePenalty::r1}};

/// E |grad_x s(x)|^2 / 2 over real examples x (B, inputs), leaves of the live tape, with the scores made from
/// them, (B / pac, 1): R1 (Mescheder, Geiger & Nowozin 2018, "Which training methods for GANs do actually
/// converge?", eq. 9). The slope of a score is that in all its pac examples. Recorded, for D's gradient goes
/// through it.
Tensor r1_penalty(const Tensor& x, const Tensor& scores);

/// E (|grad_x s(x)| - 1)^2 in the same way, of points x between real and generated examples (Gulrajani et al.
/// 2017, "Improved training of Wasserstein GANs", eq. 3).
Tensor gradient_penalty(const Tensor& x, const Tensor& scores);

/// u real + (1 - u) fake, u ~ U[0, 1) drawn for each `pac` rows: where gradient_penalty is taken. (B, inputs)
/// each; a leaf of the live tape.
Tensor points_between(const Tensor& real, const Tensor& fake, int64_t pac, Rng& rng);

}  // namespace gradzoo
