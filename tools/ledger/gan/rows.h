#pragma once

#include "autograd/base/function_ref.h"
#include "autograd/random.h"
#include "models/eval/quadrature.h"
#include "tools/ledger/row.h"

/// Identities of the adversarial game. Each measurement takes what it measures as an argument, so that a test
/// can plant an error.
namespace gradzoo {

std::vector<Row> gan_rows();

/// A scalar from the logits of real and of generated examples: gan_value, discriminator_loss.
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

}  // namespace gradzoo
