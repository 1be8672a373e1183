#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/gan/networks.h"
#include "gradzoo/nn/learn/learner.h"

/// A discriminator of numbers, trained on two densities that are known (Goodfellow et al. 2014).
namespace gradzoo {

/// A scalar from the logits of real and of generated examples: gan_value, GanLoss::discriminator.
using LogitsFn = Tensor (*)(const Tensor& real_logits, const Tensor& fake_logits);

/// An equal mixture of N(-gap, sigma^2) and N(gap, sigma^2) on the line.
struct TwoBumps {
  double gap;    ///< from 0 to either mean
  double sigma;  ///< of either

  Tensor sample(int64_t n, Rng& rng) const;  ///< (n, 1) f32
  Tensor log_prob(const Tensor& x) const;    ///< x (n, 1) -> (n) nats
  /// The quantiles of each bump at (i + 1/2) / n: the mean of any f over them is E f by the midpoint rule.
  Tensor quantiles(int64_t n) const;  ///< (2 n, 1) f64
};

/// Two densities on a grid of the line.
struct DensitiesOnLine {
  /// Of both on a grid that holds nearly all of them.
  DensitiesOnLine(const TwoBumps& p, const TwoBumps& q);

  Grid grid;            ///< of -9 to 9
  Tensor log_p, log_q;  ///< (cells) f64, nats
};

/// A trained discriminator against D* = p / (p + q), in probability.
struct DiscriminatorErrors {
  double mean;  ///< of |D - D*| under (p + q)/2
  double sup;   ///< over the central 95% of (p + q)/2
};
/// A trained discriminator beside both densities.
struct DiscriminatorOnLine : DensitiesOnLine {
  Tensor logits;  ///< (cells) f64

  DiscriminatorErrors errors() const;  ///< of it
};

/// The GAN's discriminator of numbers on the line, trained on fresh draws of p (real) and q.
class TrainedDiscriminator {
 public:
  /// By `loss`, for so many steps.
  TrainedDiscriminator(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps, uint64_t seed);
  /// Of its averaged weights: x (n, 1) f32 -> (n) f64.
  Tensor logits(const Tensor& x);
  /// The same on a grid of the line, beside what it was trained on.
  DiscriminatorOnLine on_line(const TwoBumps& p, const TwoBumps& q);

 private:
  Rng rng_;
  Discriminator network_;
  Learner learner_;
};

}  // namespace gradzoo
