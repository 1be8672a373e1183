#include "gradzoo/nn/distributions.h"

#include <cmath>
#include <numbers>

#include <boost/math/special_functions/erf.hpp>

namespace gradzoo {
namespace {

const double kLogTwoPi = std::log(2.0 * std::numbers::pi);

}  // namespace

// N(x; mu, s^2) = (2 pi s^2)^(-1/2) e^(-(x - mu)^2 / 2 s^2), and s^2 = e^logvar:
// log N = -1/2 (log 2 pi + logvar + (x - mu)^2 e^-logvar).
Tensor normal_log_prob(const Tensor& x, const Tensor& mu, const Tensor& logvar) {
  return -0.5 * (square(x - mu) * exp(-logvar) + logvar + kLogTwoPi);
}

Tensor standard_normal_log_prob(const Tensor& x) { return -0.5 * (square(x) + kLogTwoPi); }

// KL(q || p) = E_q[log q(z) - log p(z)] with q = N(mu, s^2), p = N(0, 1), s^2 = e^logvar. The terms log 2 pi
// cancel, E_q (z - mu)^2 = s^2 and E_q z^2 = mu^2 + s^2, so
// KL = E_q[-1/2 logvar - (z - mu)^2 / 2 s^2 + z^2 / 2] = 1/2 (-logvar - 1 + mu^2 + s^2).
// Its value and its derivatives keep their digits where q is close to p.
Tensor kl_standard_normal(const Tensor& mu, const Tensor& logvar) {
  return 0.5 * (expm1x(logvar) + square(mu));
}

Tensor kl_standard_normal_rows(const Tensor& mu, const Tensor& logvar) {
  return sum(kl_standard_normal(mu, logvar), -1);
}

// With l the logit, log sigmoid(l) = l - softplus(l) and log(1 - sigmoid(l)) = -softplus(l), so
// x log sigmoid(l) + (1 - x) log(1 - sigmoid(l)) = x l - softplus(l): minus the binary cross-entropy.
Tensor bernoulli_log_prob(const Tensor& x, const Tensor& logits) {
  return -binary_cross_entropy_with_logits(logits, x);
}

double normal_quantile(double p) {
  if (!(p > 0 && p < 1)) throw Error("normal_quantile: p = {}. Hint: 0 < p < 1", p);
  namespace policies = boost::math::policies;
  // In double: the long doubles that Boost would take, and tabulates before main, do not exist under
  // valgrind.
  using InDouble = policies::policy<policies::promote_double<false>>;
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p, InDouble());
}

}  // namespace gradzoo
