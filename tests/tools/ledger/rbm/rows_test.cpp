#include "tools/ledger/rbm/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "datasets/toys/toy.h"
#include "models/networks/rbm_exact.h"
#include "models/networks/rbm_gibbs.h"
#include "models/networks/rbm_learning.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

TEST_CASE("rbm.conditionals sees swapped weights, a forgotten bias, and draws with a wrong probability") {
  const auto right = [](const RbmLayer& layer) {
    return Conditionals{[&layer](const Tensor& x) { return layer.hidden_probabilities(x); },
                        [&layer](const Tensor& h) { return layer.visible_probabilities(h); }};
  };
  CHECK(conditionals_error(right) < 1e-14);
  CHECK(conditionals_error([&](const RbmLayer& layer) {
          Conditionals planted = right(layer);
          planted.hidden = [&layer](const Tensor& x) { return sigmoid(matmul(x, layer.weight())); };
          return planted;
        }) > 0.01);
  CHECK(conditionals_error([&](const RbmLayer& layer) {
          Conditionals planted = right(layer);
          planted.visible = [&layer](const Tensor& h) {
            return sigmoid(layer.visible_bias() - matmul(h, layer.weight(), false, true));
          };
          return planted;
        }) > 0.01);
  CHECK(draws_z([](const RbmLayer& layer, const Tensor& x,
                   Rng& rng) { return RbmGibbs(layer).draw_hidden(x, rng); },
                1) < 4.3);
  CHECK(draws_z([](const RbmLayer& layer, const Tensor& x,
                   Rng& rng) { return draw_units(matmul(x, layer.weight()), layer.hidden_bias(), rng, 1.1); },
                1) > 4.3);
}

TEST_CASE("rbm.free_energy sees a wrong sign of the visible bias, and a mean field in place of the sum") {
  CHECK(free_energy_error([](const RbmLayer& l, const Tensor& x) { return l.free_energy(x); }) < 1e-12);
  CHECK(free_energy_error([](const RbmLayer& layer, const Tensor& x) {
          const Tensor linear =
              reshape(matmul(x, reshape(layer.visible_bias(), {layer.visible(), 1})), {x.dim(0)});
          return layer.free_energy(x) + linear * 2.0;
        }) > 0.1);
  CHECK(free_energy_error([](const RbmLayer& layer, const Tensor& x) {
          const Tensor logits = matmul(x, layer.weight()) + layer.hidden_bias();
          return layer.free_energy(x) + sum(softplus(logits) - relu(logits), 1);
        }) > 0.1);
}

TEST_CASE("rbm.exact_logz sees a forgotten factor of 2, and a side that is enumerated for the other") {
  CHECK(log_partition_error(exact_log_partition) < 1e-11);
  CHECK(log_partition_error(
            [](const RbmLayer& layer) { return exact_log_partition(layer) - std::log(2.0); }) > 0.1);
  CHECK(log_partition_error([](const RbmLayer& layer) {
          const NoGrad quiet;
          const int64_t m = layer.hidden();
          const Tensor h = binary_patterns(0, int64_t{1} << m, m, DType::f64);
          return logsumexp(reshape(matmul(h, reshape(layer.hidden_bias(), {m, 1})), {h.dim(0)})).item();
        }) > 0.1);
}

Tensors gradient_of(RbmLayer& layer, const Tensor& data, const Tensor& samples, const Tensor& mu,
                    const Tensor& lambda) {
  RbmLearning learning(layer, {.chains = RbmChains::data, .centred = mu.defined()}, {}, 1);
  if (mu.defined()) learning.centre_at(mu, lambda);
  learning.write_gradient(data, samples);
  return {layer.weight().grad(), layer.visible_bias().grad(), layer.hidden_bias().grad()};
}

TEST_CASE("rbm.gradient_vs_tape sees a wrong sign, draws for probabilities' place, and centring left out") {
  for (const bool centred : {false, true}) {
    CHECK(rbm_gradient_error(gradient_of, centred) < 1e-13);
    CHECK(
        rbm_gradient_error([](RbmLayer& layer, const Tensor& data, const Tensor& samples, const Tensor& mu,
                              const Tensor& lambda) { return gradient_of(layer, samples, data, mu, lambda); },
                           centred) > 0.1);
  }
  CHECK(rbm_gradient_error([](RbmLayer& layer, const Tensor& data, const Tensor& samples, const Tensor&,
                              const Tensor&) { return gradient_of(layer, data, samples, {}, {}); },
                           true) > 0.01);
  CHECK(rbm_gradient_error(
            [](RbmLayer& layer, const Tensor& data, const Tensor& samples, const Tensor& mu, const Tensor&) {
              return gradient_of(layer, data, samples, mu, full({layer.hidden()}, 0.5, DType::f64));
            },
            true) > 0.01);
}

TEST_CASE("rbm.bars_and_stripes sees a machine that did not learn, and a log Z that is too small") {
  const auto nothing = [](RbmLayer&, const Tensor&) {};
  CHECK(bars_and_stripes_likelihood(nothing, exact_log_partition) < -3.45);
  const double by_half_a_z = bars_and_stripes_likelihood(
      nothing, [](const RbmLayer& layer) { return exact_log_partition(layer) - 16 * std::log(2.0); });
  CHECK(by_half_a_z > -std::log(30.0));
}

TEST_CASE("the patterns of the row are thirty, all of them, and those that the toy draws") {
  const Tensor patterns = bars_and_stripes(DType::f32);
  Rng rng(1);
  const Tensor drawn = make_toy("bars-and-stripes")->sample(2000, rng);
  const Tensor overlap = matmul(patterns * 2.0 - 1.0, drawn * 2.0 - 1.0, false, true);  // 16 where equal
  CHECK(count_nonzero(eq(max(overlap, 0), 16)) == 2000);
  CHECK(count_nonzero(eq(max(overlap, 1), 16)) == 30);
  CHECK(count_nonzero(eq(matmul(patterns * 2.0 - 1.0, patterns * 2.0 - 1.0, false, true), 16)) == 30);
}

}  // namespace
}  // namespace gradzoo
