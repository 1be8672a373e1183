#pragma once

#include "autograd/random.h"
#include "base/function_ref.h"
#include "models/eval/quadrature.h"
#include "models/gan/networks.h"
#include "tools/ledger/row.h"

/// Identities of the adversarial game. Each measurement takes what it measures as an argument, so that a test
/// can plant an error.
namespace gradzoo {

std::vector<Row> gan_rows();

/// A scalar from the logits of real and of generated examples: gan_value, GanLoss::discriminator.
using LogitsFn = FunctionRef<Tensor(const Tensor& real_logits, const Tensor& fake_logits)>;

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
/// Its errors.
DiscriminatorErrors discriminator_errors(LogitsFn loss, const TwoBumps& p, const TwoBumps& q, int64_t steps,
                                         uint64_t seed);

/// |V(D*) - (2 JSD(p, q) - log 4)| in nats: V by `value` from the logits of D* at quantiles of p and q, JSD
/// by quadrature on a grid.
double jsd_error(LogitsFn value, const TwoBumps& p, const TwoBumps& q);

/// V of a trained discriminator on draws that it never saw.
struct HeldOutValue {
  double value;           // nats
  double standard_error;  // over the draws
  double in_se() const;   // |value + log 4| / standard_error
};
/// Trains as discriminator_errors does, then takes `value` of each of two held-out sets of draws.
std::vector<HeldOutValue> held_out_values(LogitsFn loss, LogitsFn value, const TwoBumps& p, const TwoBumps& q,
                                          int64_t steps, uint64_t seed);

/// A number from points, leaves of the live tape, and the scores that were made from them: gradient_penalty.
using SlopeFn = FunctionRef<Tensor(const Tensor& x, const Tensor& scores)>;

/// The larger relative error of `penalty` and of its gradient in D's weights, of a small smooth critic in f64
/// that judges `pac` examples at once. The penalty against the mean of `of_slope`(|grad_x s|^2), slopes by
/// differences of the score; its gradient, along a direction drawn for each weight, against differences of
/// that.
double penalty_error(GanNet net, int64_t pac, SlopeFn penalty, double (*of_slope)(double squared),
                     uint64_t seed);

/// A critic trained to tell N(shift, 1) from N(0, 1), whose distance W1 is the shift.
struct TrainedCritic {
  double slope;  // mean of ds/dx over points between the two
  double gap;    // E s(x) - E s(G(z)), over quantiles
};
/// By `loss` and `weight` times `penalty`. At its best E s' = 1 + shift / (2 weight).
TrainedCritic critic_on_line(LogitsFn loss, SlopeFn penalty, double shift, double weight, int64_t steps,
                             uint64_t seed);

/// |E_p s^2 + E_q s^2 - chi^2| and twice |loss of D - (1 - chi^2 / 2)| at the best critic of least squares,
/// s* = (p - q)/(p + q) at quantiles, where chi^2, the integral of (p - q)^2 / (p + q), is by quadrature: the
/// larger. `generator` is E s^2 / 2.
double least_squares_error(LogitsFn discriminator, FunctionRef<Tensor(const Tensor& scores)> generator,
                           const TwoBumps& p, const TwoBumps& q);

}  // namespace gradzoo
