#include "gradzoo/models/made/made.h"

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/nn/distributions.h"
#include "gradzoo/nn/layers/init.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

constexpr int64_t kSize = 12;

/// A function of the network and of x (B, D).
using MadeFunction = Tensor (*)(const MadeNetwork& network, const Tensor& x);

// Calls fn(network) for every kind of network; weights are larger than at the start of training.
void for_each_network(FunctionRef<void(const MadeNetwork&)> fn) {
  for (const char* order : {"natural", "random"}) {
    for (const bool direct : {true, false}) {
      for (const std::vector<int64_t>& hidden : {std::vector<int64_t>{40}, {30, 25}}) {
        Rng rng(1, "ledger/made");
        const MadeNetwork network({.order = order_of(order, kSize, 1),
                                   .hidden = hidden,
                                   .direct = direct,
                                   .activation = "tanh",
                                   .dtype = DType::f64},
                                  rng);
        for (const NamedTensor& parameter : network.named_parameters()) {
          Tensor values = parameter.tensor.detach();
          init::normal(values, rng, 0, 1);
        }
        fn(network);
      }
    }
  }
}

/// Returns the largest |log sum_x p(x)| over all 2^12 x and all networks.
RowResult made_normalised(MadeFunction log_prob, const RowContext&) {
  const NoGrad quiet;
  const Tensor states = all_patterns(kSize);
  double worst = 0;
  for_each_network([&](const MadeNetwork& network) {
    worst = std::max(worst, std::abs(logsumexp(log_prob(network, states)).item()));
  });
  return {worst, AtMost{1e-12},
          "f64, 12 units, weights N(0,1), eight networks (natural and random order, hidden 40 and 30,25, "
          "with and without direct connections); value: largest |log sum over 2^12 states|, nats"};
}

/// Returns the largest |d logit_i / d x_j| with j not before i; NaN if one with j before i is 0.
RowResult made_autoregressive(MadeFunction logits, const RowContext&) {
  double forbidden = 0, allowed = INFINITY;
  for_each_network([&](const MadeNetwork& network) {
    Rng rng(2, "ledger/made");
    const Tensor x = rand({1, kSize}, rng, DType::f64);
    const std::vector<double> slopes =
        jacobian([&](const Tensor& at) { return logits(network, at); }, x).to_vector();
    const std::vector<int64_t> places = places_in(network.order());
    for (size_t i = 0; i < kSize; ++i) {
      for (size_t j = 0; j < kSize; ++j) {
        const double slope = std::abs(slopes[i * kSize + j]);
        if (places[j] < places[i])
          allowed = std::min(allowed, slope);
        else
          forbidden = std::max(forbidden, slope);
      }
    }
  });
  return {allowed > 0 ? forbidden : NAN, AtMost{0},
          fmt::format("the networks of made.normalised at a random x; value: largest entry of the logits' "
                      "Jacobian on and above the order's diagonal; the smallest entry below it is {:.1e}",
                      allowed)};
}

Tensor likelihood_by(const Tensor& x, const Tensor& logits) { return sum(bernoulli_log_prob(x, logits), 1); }

}  // namespace

Rows made_rows() {
  return {
      identity({"made.normalised", "the product of MADE's conditionals sums to 1 over all states",
                "Germain et al. 2015, eq. 3", 1},
               made_normalised, [](auto& n, auto& x) { return n.log_prob(x); },
               {{"an output that depends on its own input",
                 [](auto& n, auto& x) { return likelihood_by(x, n.forward(x) + x * 0.1); }},
                {"an output that depends on later inputs",
                 [](auto& n, auto& x) { return likelihood_by(x, n.forward(x) + flip(x, 1) * 0.1); }}}),
      identity({"made.autoregressive", "every output of MADE depends only on inputs before it in the order",
                "Germain et al. 2015, eq. 9", 1},
               made_autoregressive, [](auto& n, auto& x) { return n.forward(x); },
               {{"a diagonal that is not 0", [](auto& n, auto& x) { return n.forward(x) + x * 1e-3; }},
                {"a network that ignores its inputs", [](auto&, auto& x) { return x * 0.0; }}}),
      figure({"made.mnist_nll", "MADE with 1000 hidden units reaches PyTorch's exact -log p(x) of MNIST",
              "our run in PyTorch: 86.66 after 60 epochs (Germain et al. 2015, table 6, fixed-binary: 88.40)",
              400},
             {{"made hidden=1000 direct=true epochs=60 split=train seed=1"}}, largest(kMadeNll), AtMost{86.8},
             "Adam with a rate that falls linearly from 1e-3 to 0, dynamic-binary, all 60k images; value: "
             "exact -log p(x) of the test images, nats/image",
             {kMadeNll})};
}

}  // namespace gradzoo
