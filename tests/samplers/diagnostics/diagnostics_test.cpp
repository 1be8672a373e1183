#include "gradzoo/samplers/diagnostics/diagnostics.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "samplers/diagnostics/autocovariance.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

// x_t = rho x_{t-1} + sqrt(1 - rho^2) z_t from its own law N(0,1): (chains, n).
Tensor autoregression(int64_t chains, int64_t n, double rho, uint64_t seed) {
  Rng rng(seed, "test/autoregression");
  Tensor x = randn({chains, n}, rng, DType::f64);
  double* values = x.mutable_data<double>();
  for (int64_t chain = 0; chain < chains; ++chain)
    for (int64_t t = 1; t < n; ++t) {
      double& now = values[chain * n + t];
      now = rho * values[chain * n + t - 1] + std::sqrt(1 - rho * rho) * now;
    }
  return x;
}

std::vector<double> naive_autocovariance(const std::vector<double>& x) {
  double mean = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  std::vector<double> c(x.size(), 0.0);
  for (size_t t = 0; t < x.size(); ++t)
    for (size_t i = 0; i + t < x.size(); ++i)
      c[t] += (x[i] - mean) * (x[i + t] - mean) / static_cast<double>(x.size());
  return c;
}

// ArviZ's algorithm (arviz/stats/diagnostics.py, _ess; `posterior` of Stan has the same) with its arrays and
// indices, and the sums written out.
double naive_ess(const Tensor& draws) {
  const size_t m = static_cast<size_t>(draws.dim(0)), n = static_cast<size_t>(draws.dim(1));
  const double length = static_cast<double>(n), count = static_cast<double>(m * n);
  const std::vector<double> all = draws.to_vector();
  std::vector<double> means, c(n, 0.0);
  double grand = 0, between = 0;
  for (size_t j = 0; j < m; ++j) {
    const std::vector<double> x(all.begin() + static_cast<std::ptrdiff_t>(j * n),
                                all.begin() + static_cast<std::ptrdiff_t>((j + 1) * n));
    const std::vector<double> own = naive_autocovariance(x);
    for (size_t t = 0; t < n; ++t) c[t] += own[t] / static_cast<double>(m);
    means.push_back(std::accumulate(x.begin(), x.end(), 0.0) / length);
    grand += means.back() / static_cast<double>(m);
  }
  for (const double mean : means) between += (mean - grand) * (mean - grand) / static_cast<double>(m - 1);
  const double within = c[0] * length / (length - 1);
  const double total = within * (length - 1) / length + (m > 1 ? between : 0);
  std::vector<double> rho(n, 0.0);
  double even = 1, odd = 1 - (within - c[1]) / total;
  rho[0] = even;
  rho[1] = odd;
  int64_t t = 1;
  const auto at = [&](int64_t lag) -> double& { return rho[static_cast<size_t>(lag)]; };
  for (; t < static_cast<int64_t>(n) - 3 && even + odd > 0; t += 2) {
    even = 1 - (within - c[static_cast<size_t>(t + 1)]) / total;
    odd = 1 - (within - c[static_cast<size_t>(t + 2)]) / total;
    if (even + odd < 0) continue;
    at(t + 1) = even;
    at(t + 2) = odd;
  }
  const int64_t last = t - 2;
  if (even > 0) at(last + 1) = even;
  for (t = 1; t <= last - 2; t += 2) {
    if (at(t + 1) + at(t + 2) > at(t - 1) + at(t)) at(t + 1) = at(t + 2) = (at(t - 1) + at(t)) / 2;
  }
  double tau = -1 + at(last + 1);
  for (t = 0; t <= last; ++t) tau += 2 * at(t);
  return count / std::max(tau, 1 / std::log10(count));
}

TEST_CASE("the fast autocovariance is the sum of products, whatever the length") {
  for (const int64_t n : {1, 2, 3, 7, 64, 65, 100}) {
    const std::vector<double> x = wave({n}).to_vector();
    CHECK(max_error(autocovariance(x), naive_autocovariance(x)) < 1e-13);
  }
}

TEST_CASE("the effective sample size is ArviZ's, whether pairs end early, at the end, or never begin") {
  uint64_t seed = 1;
  for (const int64_t n : {4, 5, 6, 7, 8, 20, 101, 250})
    for (const double rho : {0.0, 0.7, 0.99, -0.3, -0.9}) {
      for (const int64_t chains : {1, 3}) {
        const Tensor draws = autoregression(chains, n, rho, ++seed);
        CHECK(effective_sample_size(draws) == approx(naive_ess(draws)).epsilon(1e-10));
      }
    }
}

TEST_CASE("an autoregression is worth (1 - rho) / (1 + rho) of its draws, more where it alternates") {
  for (const double rho : {0.0, 0.5, 0.9, -0.4}) {
    const int64_t chains = 50, n = 4000;
    const double truth = static_cast<double>(chains * n) * (1 - rho) / (1 + rho);
    CHECK(effective_sample_size(autoregression(chains, n, rho, 3)) == approx(truth).epsilon(0.05));
  }
}

TEST_CASE("chains that alternate are worth at most log10 of their draws times as many") {
  Tensor draws = empty({1, 1000}, DType::f64);
  for (int64_t t = 0; t < 1000; ++t) draws.mutable_data<double>()[t] = t % 2 == 0 ? 1 : -1;
  CHECK(effective_sample_size(draws) == approx(3000));
}

TEST_CASE("chains that agree have a split R-hat of 1") {
  const Tensor good = autoregression(4, 2000, 0.5, 4);
  CHECK(split_rhat(good) == approx(1).epsilon(0.01));
}

TEST_CASE("chains around different means disagree, and so do the halves of one that drifts") {
  Tensor apart = autoregression(4, 500, 0.2, 5);
  double* values = apart.mutable_data<double>();
  for (int64_t t = 0; t < 500; ++t) values[t] += 3;
  CHECK(split_rhat(apart) > 1.1);
  CHECK(effective_sample_size(apart) < 20);

  Tensor drifting = autoregression(1, 1000, 0.2, 6);
  values = drifting.mutable_data<double>();
  for (int64_t t = 0; t < 1000; ++t) values[t] += static_cast<double>(t) / 200;
  CHECK(split_rhat(drifting) > 1.1);
}

TEST_CASE("split R-hat is the closed form of two chains of four") {
  // halves (0,1) (2,3) (4,5) (6,7): W = 1/2; means .5, 2.5, 4.5, 6.5 with variance 20/3; n = 2
  const Tensor draws = tensor({0, 1, 2, 3, 4, 5, 6, 7}, {2, 4}, DType::f64);
  CHECK(split_rhat(draws) == approx(std::sqrt((0.25 + 20.0 / 3) / 0.5)).epsilon(1e-12));
  // an odd number of draws leaves out the one in the middle
  const Tensor odd = tensor({0, 1, 99, 2, 3, 4, 5, -99, 6, 7}, {2, 5}, DType::f32);
  CHECK(split_rhat(odd) == approx(split_rhat(draws)).epsilon(1e-12));
}

TEST_CASE("by ranks, heavy tails and any monotone map leave everything as it is") {
  const Tensor x = autoregression(4, 301, 0.6, 7);
  const Tensor cubed = x * x * x;
  CHECK(bulk_ess(cubed) == approx(bulk_ess(x)).epsilon(1e-12));
  CHECK(tail_ess(cubed) == approx(tail_ess(x)).epsilon(1e-12));
  const Tensor cauchy = x / abs(autoregression(4, 301, 0, 8));
  CHECK(rank_normalised_rhat(cauchy) < 1.05);
}

TEST_CASE("folded ranks see chains of one mean and different width, which split R-hat does not") {
  Tensor draws = autoregression(4, 1000, 0.2, 9);
  double* values = draws.mutable_data<double>();
  for (int64_t t = 0; t < 1000; ++t) values[t] *= 4;
  CHECK(split_rhat(draws) < 1.02);
  CHECK(rank_normalised_rhat(draws) > 1.1);
}

TEST_CASE("independent draws are worth their number, in the bulk and in the tails") {
  const Tensor draws = autoregression(8, 2000, 0, 10);
  CHECK(bulk_ess(draws) == approx(16000).epsilon(0.06));
  CHECK(tail_ess(draws) == approx(16000).epsilon(0.1));
}

TEST_CASE("the tails are worth what the worse of both is worth, whichever it is") {
  const Tensor slow = autoregression(4, 2000, 0.98, 12), fast = autoregression(4, 2000, 0, 13);
  const Tensor draws = fast + relu(slow) * 5.0;  // above, where slow is
  CHECK(tail_ess(draws) < 0.05 * 8000);
  CHECK(tail_ess(neg(draws)) == approx(tail_ess(draws)).epsilon(0.05));
}

TEST_CASE("the tails of bits are those of the one quantile that tells them apart") {
  const Tensor bits = cast(gt(autoregression(4, 500, 0, 11), 0.0), DType::f64);
  CHECK(tail_ess(bits) > 1000);
}

TEST_CASE("draws that never vary have no diagnostics, and fewer than four are refused") {
  CHECK(std::isnan(effective_sample_size(ones({3, 10}))));
  CHECK(std::isnan(split_rhat(ones({3, 10}))));
  for (const auto diagnostic : {bulk_ess, tail_ess, rank_normalised_rhat}) {
    CHECK(std::isnan(diagnostic(ones({3, 10}))));
    CHECK(std::isnan(diagnostic(tensor({0, 1, 2, kInf}, {1, 4}))));
    check_refused("n >= 4", [&] { diagnostic(ones({3, 3})); });
  }
  check_refused("n >= 4", [] { effective_sample_size(ones({3, 3})); });
  check_refused("(chains, n)", [] { split_rhat(ones({12})); });
}

}  // namespace
}  // namespace gradzoo
