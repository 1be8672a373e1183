#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/quadrature.h"

/// A discriminator of numbers, trained on two densities that are known (Goodfellow et al. 2014).
namespace gradzoo {

/// A scalar from the logits of real and of generated examples: gan_value, GanLoss::discriminator.
using LogitsFn = Tensor (*)(const Tensor& real_logits, const Tensor& fake_logits);

/// An equal mixture of N(-gap, sigma^2) and N(gap, sigma^2) on the line.
struct TwoBumps {
  double gap, sigma;

  Tensor sample(int64_t n, Rng& rng) const;  // (n, 1) f32
  Tensor log_prob(const Tensor& x) const;    // x (n, 1) -> (n) nats
  /// The quantiles of each bump at (i + 1/2) / n: the mean of any f over them is E f by the midpoint rule.
  Tensor quantiles(int64_t n) const;  // (2 n, 1) f64
};

/// A trained discriminator against D* = p / (p + q), in probability.
struct DiscriminatorErrors {
  double mean;  // of |D - D*| under (p + q)/2
  double sup;   // over the central 95% of (p + q)/2
};
/// A trained discriminator beside both log-densities, nats, on a grid of the line.
struct DiscriminatorOnLine {
  Grid grid;
  Tensor log_p, log_q, logits;  // (cells) f64

  DiscriminatorErrors errors() const;
};
/// The GAN's discriminator, trained by `loss` on fresh draws of p (real) and q.
DiscriminatorOnLine trained_discriminator(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps,
                                          uint64_t seed);

}  // namespace gradzoo
