#include "tools/ledger/rbm/rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/tape.h"
#include "models/networks/rbm_exact.h"
#include "models/networks/rbm_gibbs.h"
#include "models/networks/rbm_learning.h"

namespace gradzoo {
namespace {

RowResult rbm_conditionals(const RowContext& context) {
  constexpr double kError = 1e-14, kStandardErrors = 4.3;
  const double error = conditionals_error([](const RbmLayer& layer) {
    return Conditionals{[&layer](const Tensor& x) { return layer.hidden_probabilities(x); },
                        [&layer](const Tensor& h) { return layer.visible_probabilities(h); }};
  });
  const double z = draws_z(
      [](const RbmLayer& layer, const Tensor& x, Rng& rng) { return RbmGibbs(layer).draw_hidden(x, rng); },
      context.seed);
  return {
      std::max(error / kError, z / kStandardErrors), AtMost{1},
      fmt::format("5 x 4 units, f64, both conditionals of all states against the table of p(x, h): off by "
                  "{:.1e} (allowed {:.0e}); 200000 draws of h by the fused kernel: {:.2f} SE (allowed {}; "
                  "false alarm 7e-5); value: the larger share",
                  error, kError, z, kStandardErrors)};
}

RowResult rbm_free_energy(const RowContext&) {
  return {free_energy_error([](const RbmLayer& layer, const Tensor& x) { return layer.free_energy(x); }),
          AtMost{1e-12}, "6 x 5 units, f64, all 64 x, nats"};
}

RowResult rbm_exact_logz(const RowContext&) {
  return {
      log_partition_error(exact_log_partition), AtMost{1e-11},
      "5 x 9 and 9 x 5 units, f64: enumeration of the smaller side, x or h, against the sum over all pairs, "
      "nats"};
}

Tensors written_gradient(RbmLayer& layer, const Tensor& data, const Tensor& samples, const Tensor& mu,
                         const Tensor& lambda) {
  RbmLearning learning(layer, {.chains = RbmChains::data, .centred = mu.defined()}, {}, 1);
  if (mu.defined()) learning.centre_at(mu, lambda);
  learning.write_gradient(data, samples);
  return {layer.weight().grad(), layer.visible_bias().grad(), layer.hidden_bias().grad()};
}

RowResult rbm_gradient_vs_tape(const RowContext&) {
  const double plain = rbm_gradient_error(written_gradient, false),
               centred = rbm_gradient_error(written_gradient, true);
  return {std::max(plain, centred), AtMost{1e-13},
          fmt::format("7 x 5 units, f64, 11 data and 6 samples: error over the norm, plain {:.1e}, centred "
                      "{:.1e}, by autodiff of the centred machine",
                      plain, centred)};
}

void train_exactly(RbmLayer& layer, const Tensor& patterns, int64_t steps) {
  RbmLearning learning(layer, {.chains = RbmChains::exact, .momentum = 0.9}, {}, 1);
  for (int64_t step = 0; step < steps; ++step) learning.step(patterns, 0.2);
}

RowResult rbm_bars_and_stripes(const RowContext&) {
  constexpr int64_t kSteps = 700;
  const double found = bars_and_stripes_likelihood(
      [](RbmLayer& layer, const Tensor& patterns) { train_exactly(layer, patterns, kSteps); },
      exact_log_partition);
  const double optimum = -std::log(30.0);
  return {
      found <= optimum + 1e-4 ? found : NAN, AtLeast{-3.45},
      fmt::format("16 hidden units, {} centred exact gradients of all 30 patterns, rate 0.2, momentum 0.9: "
                  "mean log p by enumeration, nats; no more than the optimum -ln 30 = {:.4f}",
                  kSteps, optimum)};
}

}  // namespace

std::vector<Row> rbm_rows() {
  return {
      {"rbm.conditionals", RowKind::identity,
       "both conditionals are products of sigmoids, and so they are drawn", "Hinton 2012, section 2", true, 1,
       rbm_conditionals},
      {"rbm.free_energy", RowKind::identity, "F(x) = -b'x - sum softplus(c + W'x) is -log sum_h e^f(x,h)",
       "Hinton 2012, section 16.1", true, 1, rbm_free_energy},
      {"rbm.exact_logz", RowKind::identity, "log Z by either side is that of all pairs",
       "Salakhutdinov & Murray 2008", true, 1, rbm_exact_logz},
      {"rbm.gradient_vs_tape", RowKind::identity,
       "the gradient by products is the tape's of mean F(data) - mean F(samples), plain and centred",
       "Hinton 2002; Melchior, Fischer & Wiskott 2016", true, 1, rbm_gradient_vs_tape},
      {"rbm.bars_and_stripes", RowKind::identity,
       "exact gradients find bars and stripes, 30 patterns of 65,536", "the optimum is -ln 30", true, 10,
       rbm_bars_and_stripes},
  };
}

}  // namespace gradzoo
