#include <cmath>

#include <boost/math/special_functions/erf.hpp>
#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/samplers/diagnostics/diagnostics.h"
#include "support/approx.h"
#include "support/tensor_values.h"

namespace gradzoo {
namespace {

// In double: long doubles of 113 bits crash clang 19.
double boost_quantile(double p) {
  namespace policies = boost::math::policies;
  return -std::sqrt(2.0) * boost::math::erfc_inv(2 * p, policies::policy<policies::promote_double<false>>());
}

TEST_CASE("normal quantiles are Boost's, from one end to the other") {
  double worst = 0;
  for (int i = 1; i < 2000; ++i) {
    const double p = static_cast<double>(i) / 2000;
    worst = std::max(worst, std::abs(standard_normal_quantile(p) - boost_quantile(p)));
  }
  for (double p = 1e-300; p < 0.5; p *= 7) {
    const double wanted = boost_quantile(p);
    worst = std::max(worst, std::abs(standard_normal_quantile(p) / wanted - 1));
  }
  CHECK(worst < 4e-15);
  CHECK(standard_normal_quantile(0.5) == 0);
  CHECK(standard_normal_quantile(0.75) == -standard_normal_quantile(0.25));
}

using Chains = std::vector<std::vector<double>>;

Chains chains_of(const Tensor& draws) {
  const std::vector<double> all = draws.to_vector();
  const auto n = static_cast<std::ptrdiff_t>(draws.dim(1));
  Chains out;
  for (auto at = all.begin(); at != all.end(); at += n) out.emplace_back(at, at + n);
  return out;
}

Chains halved(const Chains& chains) {
  Chains out;
  for (const std::vector<double>& chain : chains) {
    const auto half = static_cast<std::ptrdiff_t>(chain.size() / 2);
    out.emplace_back(chain.begin(), chain.begin() + half);
    out.emplace_back(chain.end() - half, chain.end());
  }
  return out;
}

// Every rank by counting all that are smaller and equal, every quantile by Boost.
Chains naive_scores(const Chains& chains) {
  std::vector<double> all;
  for (const std::vector<double>& chain : chains) all.insert(all.end(), chain.begin(), chain.end());
  const auto count = static_cast<double>(all.size());
  Chains out = chains;
  for (std::vector<double>& chain : out)
    for (double& value : chain) {
      const auto smaller =
          static_cast<double>(std::ranges::count_if(all, [&](double v) { return v < value; }));
      const auto equal = static_cast<double>(std::ranges::count(all, value));
      const double rank = smaller + (equal + 1) / 2;
      value = boost_quantile((rank - 0.375) / (count + 0.25));
    }
  return out;
}

double mean_of(const std::vector<double>& x) {
  double total = 0;
  for (const double v : x) total += v;
  return total / static_cast<double>(x.size());
}
double variance_of(const std::vector<double>& x) {
  double total = 0;
  for (const double v : x) total += (v - mean_of(x)) * (v - mean_of(x));
  return total / static_cast<double>(x.size() - 1);
}

double naive_rhat(const Chains& chains) {
  std::vector<double> means, variances;
  for (const std::vector<double>& chain : chains) {
    means.push_back(mean_of(chain));
    variances.push_back(variance_of(chain));
  }
  const auto n = static_cast<double>(chains[0].size());
  return std::sqrt((mean_of(variances) * (n - 1) / n + variance_of(means)) / mean_of(variances));
}

double naive_rank_rhat(const Tensor& draws) {
  std::vector<double> sorted = draws.to_vector();
  std::ranges::sort(sorted);
  const size_t middle = sorted.size() / 2;
  const double median = sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return std::max(naive_rhat(naive_scores(halved(chains_of(draws)))),
                  naive_rhat(naive_scores(halved(chains_of(abs(draws - median))))));
}

TEST_CASE("R-hat is the paper's, ranks counted one by one") {
  Rng rng(1, "ranks_test");
  const Tensor draws = randn({3, 41}, rng, DType::f64),
               apart = draws + tensor({0, 0.7, 1.4}, {3, 1}, DType::f64);
  for (const Tensor& each : {draws, apart, draws * tensor({1, 3, 5}, {3, 1}, DType::f64), floor(draws * 8.0),
                             slice(apart, 1, 0, 40)})
    CHECK(rank_normalised_rhat(each) == approx(naive_rank_rhat(each)).epsilon(1e-12));
}

TEST_CASE("scores are quantiles of ranks, equals share theirs") {
  const double inputs[] = {5, -1, 5, 100, 5, 0};  // ranks 4 1 4 6 4 2
  const std::vector<double> scores = normal_scores(inputs);
  const double ranks[] = {4, 1, 4, 6, 4, 2};
  for (size_t i = 0; i < scores.size(); ++i)
    CHECK(scores[i] == approx(boost_quantile((ranks[i] - 0.375) / 6.25)).epsilon(1e-13));
  // the middle one of an odd number stands at 0, whatever it is
  CHECK(normal_scores(std::vector<double>{3, 1e9, -7})[0] == 0);
}

TEST_CASE("quantiles lie between neighbours in proportion") {
  const std::vector<double> values = {4, 1, 3, 2};
  CHECK(sample_quantile(values, 0.5) == 2.5);
  CHECK(sample_quantile(values, 0) == 1);
  CHECK(sample_quantile(values, 1) == 4);
  CHECK(sample_quantile(values, 0.05) == approx(1.15));
  CHECK(sample_quantile({7}, 0.3) == 7);
}

}  // namespace
}  // namespace gradzoo
