#include "gradzoo/nn/fit/gaussian_mixture.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/check/gradcheck.h"
#include "gradzoo/autograd/linalg.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/numbers.h"
#include "support/short_names.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// Two correlated Gaussians in the plane, and a component that weighs nothing.
GaussianMixture known_mixture() {
  return {cast(tensor({0.3, 0.7, 0.0}, {3}), DType::f64),
          cast(tensor({-2, 1, 3, 0.5, 9, 9}, {3, 2}), DType::f64),
          cast(tensor({1, 0.6, 0.6, 0.5, 0.4, -0.3, -0.3, 0.9, 1, 0, 0, 1}, {3, 2, 2}), DType::f64)};
}

double naive_log_prob(const GaussianMixture& mixture, double x, double y) {
  double p = 0;
  for (int64_t k = 0; k < mixture.components(); ++k) {
    const double *mean = mixture.means.data<double>() + 2 * k,
                 *c = mixture.covariances.data<double>() + 4 * k;
    const double det = c[0] * c[3] - c[1] * c[2], dx = x - mean[0], dy = y - mean[1];
    const double energy = (c[3] * dx * dx - 2 * c[1] * dx * dy + c[0] * dy * dy) / det;
    p += mixture.weights.data<double>()[k] * std::exp(-energy / 2) / (2 * std::numbers::pi * std::sqrt(det));
  }
  return std::log(p);
}

}  // namespace

TEST_CASE("log_prob of a mixture is the logarithm of its weighted Gaussians") {
  const GaussianMixture mixture = known_mixture();
  const Tensor z = cast(tensor({0, 0, 3, 1, -5, 4, 2.5, -7}, {4, 2}), DType::f64);
  const Doubles found = mixture.log_prob(z).to_vector();
  for (int64_t i = 0; i < 4; ++i) {
    const double* row = z.data<double>() + 2 * i;
    CHECK(found[static_cast<size_t>(i)] == approx(naive_log_prob(mixture, row[0], row[1])).epsilon(1e-10));
  }
  CHECK(gradgradcheck([&](const Tensor& x) { return mixture.log_prob(x); }, z).ok);
}

TEST_CASE("samples of a mixture have its moments, and EM finds it again") {
  const GaussianMixture truth = known_mixture();
  Rng rng(1, "test/mixture");
  constexpr int64_t kRows = 40'000;
  const Tensor z = truth.sample(kRows, rng);
  // E[z] = sum w mean, within four standard errors: a false alarm in 16,000.
  const Doubles found = mean(z, 0).to_vector(), spread = stddev_axis(z, 0).to_vector();
  CHECK(std::abs(found[0] - (0.3 * -2 + 0.7 * 3)) < 4 * spread[0] / std::sqrt(kRows));
  CHECK(std::abs(found[1] - (0.3 * 1 + 0.7 * 0.5)) < 4 * spread[1] / std::sqrt(kRows));

  const MixtureFit fit = fit_mixture(z, {.components = 2, .rounds = 60, .tolerance = 1e-9}, rng);
  const bool swapped = fit.mixture.means.data<double>()[0] > 0;
  const Tensor order = cast(swapped ? tensor({1, 0}, {2}) : tensor({0, 1}, {2}), DType::i64);
  CHECK(largest_difference(index_select(fit.mixture.weights, 0, order), truth.weights.rows(0, 2)) < 0.01);
  CHECK(largest_difference(index_select(fit.mixture.means, 0, order), truth.means.rows(0, 2)) < 0.03);
  CHECK(largest_difference(index_select(fit.mixture.covariances, 0, order), truth.covariances.rows(0, 2)) <
        0.04);
  // It is as likely as the truth on fresh rows: the KL between both is some parameters / (2 n) = 1.4e-4 nats.
  const Tensor fresh = truth.sample(kRows, rng);
  CHECK(std::abs(mean(truth.log_prob(fresh) - fit.mixture.log_prob(fresh)).item()) < 2e-3);
}

TEST_CASE("what EM raises never falls, with rows taken as noisy") {
  Rng rng(2, "test/mixture");
  const Tensor z = concat({randn({300, 3}, rng), randn({200, 3}, rng) * 0.1 + 2.0, ones({50, 3})}, 0);
  for (const double ridge : {1e-4, 0.3}) {
    const MixtureFit fit = fit_mixture(z, {.components = 12, .ridge = ridge, .tolerance = 0}, rng);
    CHECK(fit.objective.size() > 5);
    for (size_t i = 1; i + 1 < fit.objective.size(); ++i)
      CHECK(fit.objective[i] >= fit.objective[i - 1] - 1e-10);
    CHECK(fit.objective.back() > fit.objective.front() + 0.01);
    CHECK(min(diagonal(fit.mixture.covariances)).item() >= ridge * (1 - 1e-9));
  }
}

TEST_CASE("the objective of one Gaussian in closed form") {
  // The rows' mean and variance are v and m; with noise of variance r: log N of variance v + r at its own
  // entropy, whose energy takes the noise with it: -d/2 (log 2 pi (v + r) + 1).
  Rng rng(3, "test/mixture");
  const Tensor z = randn({500, 1}, rng, DType::f64) * 3.0 + 100.0;
  const MixtureFit fit = fit_mixture(z, {.components = 1, .ridge = 0.5}, rng);
  const double v = var(z, 0).item() + 0.5;
  CHECK(fit.mixture.covariances.item() == approx(v).epsilon(1e-9));
  CHECK(fit.mixture.means.item() == approx(mean(z).item()).epsilon(1e-12));
  CHECK(fit.objective.front() == approx(-0.5 * (std::log(2 * std::numbers::pi * v) + 1)).epsilon(1e-9));
}

TEST_CASE("empty components, one row, duplicates") {
  Rng rng(4, "test/mixture");
  const Tensor rows = tile_rows(cast(tensor({0, 0, 1, 2}, {2, 2}), DType::f64), 50);
  const MixtureFit twins = fit_mixture(rows, {.components = 8}, rng);
  CHECK(sum(twins.mixture.weights).item() == approx(1));
  CHECK(all_finite(twins.mixture.log_prob(rows)));
  const Tensor drawn = twins.mixture.sample(1000, rng);
  // Half of them at each point, within the ridge's width and four standard errors.
  CHECK(std::abs(mean(drawn).item() - 0.75) < 4 * 0.75 / std::sqrt(1000.0));
  CHECK(max(minimum(norm(drawn, 1), norm(drawn - rows.rows(1, 2), 1))).item() < 0.06);
  const MixtureFit one = fit_mixture(rows.rows(1, 2), {}, rng);
  CHECK(one.mixture.components() == 1);
  CHECK(one.mixture.sample(1, rng).data<double>()[1] == approx(2).epsilon(0.03));
  check_refused("n above 0", [&] { fit_mixture(zeros({0, 2}), {}, rng); });
}

TEST_CASE("what weights lack of 1 by rounding goes to the last component that weighs anything") {
  GaussianMixture mixture = known_mixture();
  mixture.weights = cast(tensor({0.3, 0.3, 0.0}, {3}), DType::f64);
  Rng rng(12, "gaussian_mixture_test");
  const Doubles z = mixture.sample(2000, rng).to_vector();
  double second = 0;  // whose mean is 3; the first's is -2, that of the idle one (9, 9)
  for (size_t i = 0; i < z.size(); i += 2) {
    CHECK(z[i + 1] < 7);
    second += z[i] > 1.1 ? 1 : 0;
  }
  CHECK(second / 2000 == approx(0.7).epsilon(0.08));  // the errors of both cuts are below .01
}

TEST_CASE("a fit is the same at any number of threads, and assign copies it whole") {
  const auto fitted = [] {
    Rng rng(5, "test/mixture");
    return fit_mixture(randn({3000, 4}, rng), {.components = 7, .rounds = 5}, rng).mixture;
  };
  CHECK(same_at_any_thread_count([&] { return fitted().covariances.to_vector(); }));
  const GaussianMixture from = fitted();
  GaussianMixture to = GaussianMixture::with_room(7, 4);
  State state;
  to.add_to(state, "prior");
  to.assign(from);
  State wanted;
  GaussianMixture same = from;
  same.add_to(wanted, "prior");
  CHECK(state.bytes() == wanted.bytes());
  CHECK(state.entries().size() == 3);
}
