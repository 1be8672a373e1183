#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/quadrature.h"
#include "gradzoo/models/gan/networks.h"
#include "gradzoo/nn/learn/learner.h"

/// A discriminator of one-dimensional data, trained on two known densities (Goodfellow et al. 2014).
namespace gradzoo {

/// A scalar function of the logits of real and generated examples: gan_value, GanLoss::discriminator.
using LogitsFn = Tensor (*)(const Tensor& real_logits, const Tensor& fake_logits);

/// An equal mixture of N(-gap, sigma^2) and N(gap, sigma^2) on the line.
struct TwoBumps {
  double gap;    ///< distance from 0 to either mean
  double sigma;  ///< standard deviation of either

  Tensor sample(int64_t n, Rng& rng) const;  ///< (n, 1) f32
  Tensor log_prob(const Tensor& x) const;    ///< x (n, 1) -> (n) nats
  /// Returns the quantiles of each bump at (i + 1/2) / n, whose mean of f is E f by the midpoint rule.
  Tensor quantiles(int64_t n) const;  ///< (2 n, 1) f64
};

/// Two densities on a grid of the line.
struct DensitiesOnLine {
  /// Evaluates both densities on a grid that contains nearly all of their mass.
  DensitiesOnLine(const TwoBumps& p, const TwoBumps& q);

  Grid grid;            ///< grid from -9 to 9
  Tensor log_p, log_q;  ///< (cells) f64, nats
};

/// The errors of a trained discriminator relative to D* = p / (p + q), in probability.
struct DiscriminatorErrors {
  double mean;  ///< mean of |D - D*| under (p + q)/2
  double sup;   ///< largest error over the central 95% of (p + q)/2
};
/// A trained discriminator with both densities.
struct DiscriminatorOnLine : DensitiesOnLine {
  Tensor logits;  ///< (cells) f64

  DiscriminatorErrors errors() const;  ///< errors of the discriminator
};

/// The GAN's discriminator for one-dimensional data, trained on fresh draws of p (real) and q.
class TrainedDiscriminator {
 public:
  /// Trains with `loss` for `steps` steps.
  TrainedDiscriminator(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps, uint64_t seed);
  /// Returns logits with the averaged weights: x (n, 1) f32 -> (n) f64.
  Tensor logits(const Tensor& x);
  /// Returns logits on a grid of the line, with the densities p and q.
  DiscriminatorOnLine on_line(const TwoBumps& p, const TwoBumps& q);

 private:
  Rng rng_;
  Discriminator network_;
  Learner learner_;
};

}  // namespace gradzoo
