#include "tools/ledger/samplers/references.h"

#include <algorithm>
#include <cmath>

#include <boost/math/special_functions/erf.hpp>
#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "samplers/diagnostics/diagnostics.h"
#include "samplers/kinds/annealed.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

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
  for (std::vector<double>& chain : out) {
    for (double& value : chain) {
      const auto smaller =
          static_cast<double>(std::ranges::count_if(all, [&](double v) { return v < value; }));
      const auto equal = static_cast<double>(std::ranges::count(all, value));
      const double rank = smaller + (equal + 1) / 2;
      value = -std::sqrt(2.0) * boost::math::erfc_inv(2 * (rank - 0.375) / (count + 0.25));
    }
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
  for (const Tensor& draws : reference_draws())
    CHECK(rank_normalised_rhat(draws) == doctest::Approx(naive_rank_rhat(draws)).epsilon(1e-12));
  const Tensor even = slice(reference_draws()[3], 1, 0, 40);
  CHECK(rank_normalised_rhat(even) == doctest::Approx(naive_rank_rhat(even)).epsilon(1e-12));
}

TEST_CASE("samplers.rhat_reference holds, and sees each of the three computed in an older way") {
  CHECK(reference_error(rank_normalised_rhat, bulk_ess, tail_ess) < 1e-12);
  const auto bulk_of_values = [](const Tensor& draws) { return effective_sample_size(draws); };
  const auto not_folded = [](const Tensor& draws) {
    return naive_rhat(naive_scores(halved(chains_of(draws))));
  };
  const auto not_split = [](const Tensor& draws) { return naive_rhat(naive_scores(chains_of(draws))); };
  const auto lower_tail = [](const Tensor& draws) {
    return effective_sample_size(cast(lt(draws, -0.5), DType::f64));
  };
  CHECK(reference_error(split_rhat, bulk_ess, tail_ess) > 1e-3);
  CHECK(reference_error(not_folded, bulk_ess, tail_ess) > 1e-3);
  CHECK(reference_error(not_split, bulk_ess, tail_ess) > 1e-3);
  CHECK(reference_error(rank_normalised_rhat, bulk_of_values, tail_ess) > 1e-3);
  CHECK(reference_error(rank_normalised_rhat, bulk_ess, lower_tail) > 1e-3);
  CHECK(reference_error(rank_normalised_rhat, tail_ess, bulk_ess) > 1e-3);
}

TEST_CASE("samplers.annealed_conventions sees steps that mean something else, and levels that don't") {
  const Target target{.score = [](const Tensor& x) { return 1.0 - x; }};
  const auto walk_with = [&](double factor, bool growing) {
    return [&target, factor, growing](const Tensor& x, double step, StepConvention convention) {
      const double read = convention == StepConvention::half ? step * factor : step;
      AnnealedLangevin sampler({.step = read,
                                .convention = convention,
                                .sigmas = growing && convention == StepConvention::half ? "1,0.9" : "1,0.5",
                                .level_steps = 3});
      Rng rng(1, "test/annealed");
      sampler.begin(target, x);
      for (int64_t i = 0; i < 6; ++i) sampler.step(target, rng);
      return sampler.x();
    };
  };
  for (const DType dtype : {DType::f32, DType::f64}) {
    CHECK(convention_difference(walk_with(1, false), dtype) == 0);
    CHECK(convention_difference(walk_with(0.5, false), dtype) > 0);
    CHECK(convention_difference(walk_with(1, true), dtype) > 0);
  }
}

}  // namespace
}  // namespace gradzoo
