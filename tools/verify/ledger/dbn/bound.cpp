#include "gradzoo/models/dbn/dbn.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "gradzoo/models/rbm/rbm.h"
#include "gradzoo/nn/distributions.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rbm/random_rbm.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// Returns one draw of the bound per x (B, n), as dbn_bound() does.
using DbnBound = Tensor (*)(const RbmStack& layers, const Tensor& x, double top_log_z, Rng& rng);

void copy_values(const Tensor& from, Tensor to) {
  std::copy_n(from.data<double>(), from.size(), to.mutable_data<double>());
}

// log p(x | h) = sum_i x_i l_i - softplus(l_i) of all units (U, k) and logits l (L, k): (U, L).
Tensor log_probs_of_pairs(const Tensor& units, const Tensor& logits) {
  return matmul(units, logits, false, true) - reshape(sum(softplus(logits), 1), {1, logits.dim(0)});
}

// The logits of p(x | h), and of Q(h | x).
Tensor likelihood_logits(const RbmLayer& layer, const Tensor& h) {
  return matmul(h, layer.weight(), false, true) + layer.visible_bias();
}
Tensor recognition_logits(const RbmLayer& layer, const Tensor& x) {
  return matmul(x, layer.weight()) + layer.hidden_bias();
}

/// Returns the largest |bound - log p(x)| over all x, nats, for an RBM of 6 x 4 units below its own
/// transpose. Its recognition distribution is exact, so every draw of the bound must be log p(x).
double tied_bound_error(DbnBound bound) {
  const NoGrad quiet;
  RbmStack layers;
  layers.push_back(random_rbm(6, 4, 1, DType::f64, 8));
  layers.push_back(random_rbm(4, 6, 1, DType::f64, 9));
  const RbmLayer &below = *layers[0], &top = *layers[1];
  copy_values(transpose(below.weight()), top.weight().detach());
  copy_values(below.hidden_bias(), top.visible_bias().detach());
  copy_values(below.visible_bias(), top.hidden_bias().detach());
  const double log_z = exact_log_partition(below);  // of the transpose, too
  const Tensor x = all_patterns(6);
  Rng rng(1, "ledger/dbn-tied");
  const Tensor log_p = neg(below.free_energy(x)) - log_z;
  return largest_abs(bound(layers, x, exact_log_partition(top), rng) - log_p);
}

/// Results for layers 6-5-4 with weights N(0, 1), over all 64 x.
struct UntiedBound {
  double z;      // largest |mean of 2000 draws - expected bound| in standard errors
  double slack;  // least log p(x) - expected bound: below 0 it is no bound; nats
};

UntiedBound untied_bound(DbnBound bound, uint64_t seed) {
  constexpr int64_t kDraws = 2000;
  const NoGrad quiet;
  RbmStack layers;
  layers.push_back(random_rbm(6, 5, 1, DType::f64, 10));
  layers.push_back(random_rbm(5, 4, 1, DType::f64, 11));
  const RbmLayer &below = *layers[0], &top = *layers[1];
  const double log_z = exact_log_partition(top);
  const Tensor x = all_patterns(6), h = all_patterns(5);
  const Tensor log_q =
      transpose(log_probs_of_pairs(h, recognition_logits(below, x)));  // log Q(h | x), (2^n, 2^m)
  const Tensor prior = neg(top.free_energy(h)) - log_z;                // log p(h), (2^m)
  const Tensor joint = log_probs_of_pairs(x, likelihood_logits(below, h)) + prior;
  const Tensor expected = sum(exp(log_q) * (joint - log_q), 1), log_p = logsumexp(joint, 1);

  Rng rng(seed, "ledger/dbn-untied");
  Tensors draws;
  for (int64_t i = 0; i < kDraws; ++i) draws.push_back(bound(layers, x, log_z, rng));
  const Tensor all = stack(draws);  // (draws, 64)
  const Tensor error = sqrt(var_axis(all, 0) / static_cast<double>(kDraws));
  return {max(abs(mean(all, 0) - expected) / error).item(), min(log_p - expected).item()};
}

RowResult bound_below(DbnBound bound, const RowContext& context) {
  constexpr double kError = 1e-10, kStandardErrors = 5.2;
  const double tied = tied_bound_error(bound);
  const UntiedBound untied = untied_bound(bound, context.seed);
  return {
      untied.slack >= 0 ? std::max(tied / kError, untied.z / kStandardErrors) : INFINITY, AtMost{1},
      fmt::format(
          "f64; RBM with 6 x 4 units under its own transpose: every draw of the bound differs from the "
          "enumerated log p(x) by at most {:.1e} nats (allowed {:.0e}); layers 6-5-4: for all 64 x, the mean "
          "of 2000 draws is within {:.2f} SE of the enumerated bound (allowed {}; false-alarm rate 2e-5), "
          "which is at least {:.4f} nats below log p(x); value: the larger share of what is allowed",
          tied, kError, untied.z, kStandardErrors, untied.slack)};
}

// Each layer is trained for as many epochs as the single RBM.
RowResult versus_rbm(const RowContext& context) {
  const auto tested = [&](const std::string& line) { return evaluate_on_test(trained_once(line, context)); };
  const double bound = tested("dbn hidden=500,500 epochs=40 seed=1")[kDbnBound].value,
               alone = tested("rbm hidden=500 epochs=20 seed=1")[kRbmLogLikelihood].value;
  return {bound, AtLeast{alone - 5},
          fmt::format("784-500-500, 20 epochs of 55k images per layer, dynamic-binary; value: the bound on "
                      "log p(x) of the test images, nats/image; log p(x) of an RBM with 500 units after 20 "
                      "epochs, from annealing: {:.2f}; difference {:+.2f}",
                      alone, bound - alone)};
}

Tensor log_likelihood_below(const RbmLayer& layer, const Tensor& x, const Tensor& h) {
  return sum(bernoulli_log_prob(x, likelihood_logits(layer, h)), 1);
}

}  // namespace

Rows dbn_rows() {
  return {
      figure({"dbn.vs_rbm",
              "the bound on log p(x) of two stacked RBMs is at most 5 nats below log p(x) of a single RBM",
              "Salakhutdinov & Murray 2008, section 6", 400},
             versus_rbm),
      identity({"dbn.bound",
                "the bound of greedy stacking is at most log p(x), and equals log p(x) if the "
                "recognition distribution is exact",
                "Hinton, Osindero & Teh 2006; Salakhutdinov & Murray 2008, eq. 18", 1},
               bound_below, dbn_bound,
               {{"a Z that is left out",
                 [](auto& layers, auto& x, double, auto& rng) { return dbn_bound(layers, x, 0, rng); }},
                {"an entropy that is left out",
                 [](auto& layers, auto& x, double log_z, auto& rng) {
                   const Tensor h = bernoulli(layers[0]->hidden_probabilities(x), rng);
                   return log_likelihood_below(*layers[0], x, h) - layers[1]->free_energy(h) - log_z;
                 }},
                {"hidden units drawn as fair coins", [](auto& layers, auto& x, double log_z, auto& rng) {
                   const Tensor up = recognition_logits(*layers[0], x),
                                h = bernoulli(full(up.shape(), 0.5, up.dtype()), rng);
                   return log_likelihood_below(*layers[0], x, h) - sum(bernoulli_log_prob(h, up), 1) -
                          layers[1]->free_energy(h) - log_z;
                 }}})};
}

}  // namespace gradzoo
