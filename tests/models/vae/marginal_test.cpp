#include "models/vae/marginal.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/nn/distributions.h"
#include "models/vae/objective.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/largest_difference.h"
#include "support/short_names.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

/// Points of three numbers whose mean is linear in the code.
VaeShape linear_shape(int64_t latent, const GaussianDecoder& decoder) {
  return {.data = {.example = {3}},
          .latent = latent,
          .hidden = 4,
          .encoder_activation = "identity",
          .decoder_activation = "identity",
          .gaussian = decoder,
          .dtype = DType::f64};
}

/// A decoder of bits that bends.
VaeShape bits_shape(int64_t latent) {
  return {.data = {.example = {4}}, .latent = latent, .hidden = 5, .dtype = DType::f64};
}

/// All sixteen patterns of four bits.
Tensor patterns() {
  Doubles bits;
  for (int i = 0; i < 16; ++i)
    for (int j = 0; j < 4; ++j) bits.push_back(i >> j & 1);
  return tensor(bits, {16, 4}, DType::f64);
}

double total_probability(const VaeMarginal& marginal) {
  return sum(exp(marginal.log_prob(patterns()))).item();
}

TEST_CASE("log p(x) of a linear decoder is that of probabilistic PCA, N(b, W W' + sigma^2 I)") {
  const NoGrad quiet;
  for (const int64_t latent : {1, 2}) {
    for (const bool each : {false, true}) {
      CAPTURE(latent);
      CAPTURE(each);
      Rng rng(1, "marginal_test");
      const VaeNetwork network(linear_shape(latent, {.sigma = 0.3, .each = each}), rng);
      Tensor logvar = network.decoder_logvar();
      CHECK(logvar.size() == (each ? 3 : 1));
      CHECK(logvar.to_vector()[0] == approx(std::log(0.09)));
      if (each) {
        const double unequal[] = {-2.5, -1.0, 0.5};
        std::copy_n(unequal, 3, logvar.mutable_data<double>());
      }
      const Tensor origin = network.decode(zeros({1, latent}, DType::f64)),
                   w = network.decode(eye(latent, DType::f64)) - origin;  // (latent, 3): W'
      const Tensor noise = eye(3, DType::f64) * exp(logvar);
      const auto truth = make_gaussian(reshape(origin, {3}), matmul(w, w, true) + noise);
      // More rows than are summed at once, whose codes lie on the grid.
      const Tensor x = network.draw(randn({600, latent}, rng, DType::f64), {}, rng);
      const VaeMarginal marginal(network, VaePrior(0, latent, 0), Prior::normal);
      CHECK(largest_difference(marginal.log_prob(x), truth->log_prob(x)) < 1e-6);
    }
  }
}

TEST_CASE("the probabilities of all patterns of bits have the sum 1, under either prior") {
  for (const int64_t latent : {1, 2}) {
    CAPTURE(latent);
    Rng rng(2, "marginal_test");
    const VaeNetwork network(bits_shape(latent), rng);
    CHECK(total_probability({network, VaePrior(0, latent, 0), Prior::normal}) == approx(1).epsilon(1e-8));
    VaeShape in_f32 = bits_shape(latent);
    in_f32.dtype = DType::f32;
    const VaeNetwork coded(in_f32, rng);
    VaePrior prior(2, latent, 0);
    const Examples points{cast(bernoulli(full({90, 4}, 0.4), rng), DType::f32), {}, arange(90, DType::i64)};
    prior.fit(coded, points, Pixels::grey, 1);
    const VaeMarginal by_mixture(coded, prior, Prior::mixture), by_normal(coded, prior, Prior::normal);
    CHECK(total_probability(by_mixture) == approx(1).epsilon(1e-5));
    CHECK(largest_difference(by_mixture.log_prob(patterns()), by_normal.log_prob(patterns())) > 1e-4);
  }
}

TEST_CASE("a Gaussian of the prior may be far narrower than the space of codes") {
  Rng rng(5, "marginal_test");
  VaeShape shape = bits_shape(2);
  shape.dtype = DType::f32;
  const VaeNetwork network(shape, rng);
  VaePrior prior(3, 2, 0);
  State state;
  prior.add_to(state);
  const auto entry = [&](const char* name) { return std::get<Tensor>(state.find(name)->target); };
  *std::get<int64_t*>(state.find("vae.prior.fitted")->target) = 1;
  const double weights[] = {0.3, 0, 0.7}, means[] = {0.4, -1, 0, 0, -0.5, 0.2},
               covariances[] = {1e-6, 0, 0, 1e-6, 0, 0, 0, 0, 0.5, 0.3, 0.3, 0.4};
  std::copy_n(weights, 3, entry("vae.prior.0.weights").mutable_data<double>());
  std::copy_n(means, 6, entry("vae.prior.0.means").mutable_data<double>());
  std::copy_n(covariances, 12, entry("vae.prior.0.covariances").mutable_data<double>());
  const VaeMarginal marginal(network, prior, Prior::mixture);
  CHECK(total_probability(marginal) == approx(1).epsilon(1e-6));
  // Against draws of codes: the first Gaussian is a point nearly, the third half a unit wide.
  const NoGrad quiet;
  constexpr int64_t kDraws = 40'000;
  const Tensor z = randn({kDraws, 2}, rng, DType::f64), narrow = tensor({0.4, -1}, {1, 2}, DType::f64);
  const Tensor factor = tensor({std::sqrt(0.5), 0, 0.3 / std::sqrt(0.5), std::sqrt(0.4 - 0.18)}, {2, 2},
                               DType::f64),
               wide = matmul(z, factor, false, true) + tensor({-0.5, 0.2}, {1, 2}, DType::f64);
  const Tensor x = cast(patterns(), DType::f32);
  for (int64_t i = 0; i < 16; ++i) {
    const auto likelihood = [&](const Tensor& codes) {
      const Tensor of_code =
          network.log_likelihood(tile_rows(x.rows(i, i + 1), codes.dim(0)), cast(codes, DType::f32));
      return exp(cast(of_code, DType::f64));
    };
    const Tensor drawn = likelihood(wide);
    const double wanted = 0.3 * likelihood(narrow).item() + 0.7 * mean(drawn).item(),
                 error = 0.7 * std::sqrt(var(drawn).item() / kDraws);
    CHECK(std::abs(exp(marginal.log_prob(x.rows(i, i + 1))).item() - wanted) < 5 * error + 1e-6);
  }
}

TEST_CASE("the bound lies below log p(x) of points by KL(q(z|x) || p(z|x)), and draws of it agree") {
  const NoGrad quiet;
  constexpr int64_t kCodes = 4001, kDraws = 20'000;
  constexpr double kStep = 18.0 / (kCodes - 1);
  Rng rng(3, "marginal_test");
  const VaeNetwork network({.data = {.example = {2}},
                            .latent = 1,
                            .hidden = 6,
                            .encoder_activation = "tanh",
                            .gaussian = GaussianDecoder{.sigma = 0.4},
                            .dtype = DType::f64},
                           rng);
  const Tensor x = wave({3, 2}), z = reshape(arange(kCodes, DType::f64) * kStep - 9.0, {kCodes, 1});
  const Tensor log_px = VaeMarginal(network, VaePrior(0, 1, 0), Prior::normal).log_prob(x);
  const Posterior q = network.encode(x);
  for (int64_t i = 0; i < 3; ++i) {
    const auto row = [i](const Tensor& all) { return all.rows(i, i + 1); };
    const Tensor likelihood = network.log_likelihood(tile_rows(row(x), kCodes), z),
                 log_q = sum(normal_log_prob(z, row(q.mean), row(q.logvar)), 1),
                 joint = likelihood + sum(standard_normal_log_prob(z), 1), weight = exp(log_q) * kStep;
    const double truth = row(log_px).item();
    CHECK(truth == approx(logsumexp(joint, 0).item() + std::log(kStep)).epsilon(1.3e-9));
    const double elbo = sum(weight * likelihood).item() -
                        sum(kl_standard_normal(row(q.mean), row(q.logvar))).item(),
                 gap = sum(weight * (log_q - joint + truth)).item();
    CHECK(gap > 0.01);
    CHECK(truth - elbo == approx(gap).epsilon(1e-8));
    const Batch again{tile_rows(row(x), kDraws), {}, {}};
    const Tensor drawn = vae_objective(network, again, randn({kDraws, 1}, rng, DType::f64), {}).bound;
    CHECK(std::abs(mean(drawn).item() - elbo) < 4 * std::sqrt(var(drawn).item() / kDraws));
  }
}

TEST_CASE("more codes than two, and labels, are no sum over a grid") {
  Rng rng(4, "marginal_test");
  const VaePrior none(0, 3, 0);
  const VaeNetwork deep(bits_shape(3), rng);
  check_refused("Hint: set latent=2", [&] { VaeMarginal(deep, none, Prior::normal); });
  VaeShape labelled = bits_shape(1);
  labelled.classes = 3;
  const VaeNetwork told(labelled, rng);
  check_refused("conditional=false", [&] { VaeMarginal(told, none, Prior::normal); });
}

}  // namespace
}  // namespace gradzoo
