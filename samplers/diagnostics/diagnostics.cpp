#include "gradzoo/samplers/diagnostics/diagnostics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "samplers/diagnostics/autocovariance.h"

namespace gradzoo {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void check_draws(const Tensor& draws, std::string_view what) {
  if (draws.rank() == 2 && draws.dim(0) >= 1 && draws.dim(1) >= 4) return;
  throw Error("{}: draws are {}. Hint: use (chains, n) with n >= 4", what, draws.shape().str());
}

// What within-chain and between-chain variances say about the whole: draws (m, n) f64.
struct Variances {
  double within;  // W: mean over chains of a chain's variance (n - 1)
  double total;   // var+ = W (n-1)/n + variance of the chains' means
};
Variances variances(const Tensor& draws) {
  const double n = static_cast<double>(draws.dim(1));
  const double within = mean(var_axis(draws, 1)).item();
  const double between = draws.dim(0) > 1 ? var(mean(draws, 1)).item() : 0.0;
  return {within, within * (n - 1) / n + between};
}

// Mean over chains of their autocovariances, t = 0 ... n-1.
std::vector<double> mean_autocovariance(const Tensor& draws) {
  const int64_t m = draws.dim(0), n = draws.dim(1);
  std::vector<double> total(static_cast<size_t>(n), 0.0);
  for (int64_t chain = 0; chain < m; ++chain) {
    const std::span<const double> values(draws.data<double>() + chain * n, static_cast<size_t>(n));
    const std::vector<double> c = autocovariance(values);
    for (size_t t = 0; t < c.size(); ++t) total[t] += c[t] / static_cast<double>(m);
  }
  return total;
}

// tau = 1 + 2 sum_t rho_t, summed in pairs P_k = rho_2k + rho_2k+1 while these are positive, each bounded by
// the one before it: for a reversible chain the true P_k are positive and falling (Geyer 1992, section 3.3).
// Of the pair that ends it rho_2k counts once where it is above 0, which varies less for chains that
// alternate; that, and where sums end at the latest, is as in Stan's `posterior` and in ArviZ. n is at
// least 2.
template <class Rho>
double autocorrelation_time(Rho rho, size_t n) {
  double tau = -1, before = std::numeric_limits<double>::infinity();
  double even = 1, odd = rho(1);
  for (size_t t = 2; t + 2 < n && even + odd > 0; t += 2) {
    before = std::min(before, even + odd);
    tau += 2 * before;
    even = rho(t);
    odd = rho(t + 1);
  }
  return even > 0 || even + odd >= 0 ? tau + even : tau;
}

// The halves of every chain as chains of their own; of an odd number the draw in the middle is left out.
Tensor split_chains(const Tensor& x) {
  const int64_t n = x.dim(1), half = n / 2;
  return concat(slice(x, 1, 0, half), slice(x, 1, n - half, n), 0);
}

std::span<const double> values_of(const Tensor& x) {
  return {x.data<double>(), static_cast<size_t>(x.size())};
}

Tensor scores_of(const Tensor& x) { return tensor(normal_scores(values_of(x)), x.shape(), DType::f64); }

double rhat_of_split(const Tensor& chains) {
  const Variances v = variances(chains);
  return std::sqrt(v.total / v.within);
}

double ess_of(const Tensor& x) {
  const Variances v = variances(x);
  if (!(v.total > 0)) return kNaN;
  const std::vector<double> c = mean_autocovariance(x);
  const auto rho = [&](size_t t) { return 1 - (v.within - c[t]) / v.total; };
  const double count = static_cast<double>(x.size());
  return count / std::max(autocorrelation_time(rho, c.size()), 1 / std::log10(count));
}

// Of the indicator of being at most the quantile.
double ess_below_quantile(const Tensor& x, double share) {
  const std::span<const double> values = values_of(x);
  const double at = sample_quantile({values.begin(), values.end()}, share);
  return ess_of(split_chains(cast(le(x, at), DType::f64)));
}

// `statistic` of draws in f64; NaN where one is not finite.
template <class Statistic>
double of_draws(const Tensor& draws, std::string_view what, Statistic statistic) {
  check_draws(draws, what);
  const NoGrad quiet;
  const Tensor x = cast(draws, DType::f64);
  return all_finite(x) ? statistic(x) : kNaN;
}

}  // namespace

double effective_sample_size(const Tensor& draws) { return of_draws(draws, "effective_sample_size", ess_of); }

double split_rhat(const Tensor& draws) {
  check_draws(draws, "split_rhat");
  const NoGrad quiet;
  return rhat_of_split(split_chains(cast(draws, DType::f64)));
}

double bulk_ess(const Tensor& draws) {
  return of_draws(draws, "bulk_ess", [](const Tensor& x) { return ess_of(scores_of(split_chains(x))); });
}

double tail_ess(const Tensor& draws) {
  return of_draws(draws, "tail_ess", [](const Tensor& x) {
    return std::fmin(ess_below_quantile(x, 0.05), ess_below_quantile(x, 0.95));  // NaN where both are
  });
}

double rank_normalised_rhat(const Tensor& draws) {
  return of_draws(draws, "rank_normalised_rhat", [](const Tensor& x) {
    const std::span<const double> values = values_of(x);
    const Tensor folded = abs(x - sample_quantile({values.begin(), values.end()}, 0.5));
    const double bulk = rhat_of_split(scores_of(split_chains(x)));
    return std::fmax(bulk, rhat_of_split(scores_of(split_chains(folded))));
  });
}

}  // namespace gradzoo
