#include "tools/ledger/made/rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "autograd/functional/functional.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "models/networks/rbm_exact.h"

namespace gradzoo {
namespace {

constexpr int64_t kSize = 12;

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
          const Tensor drawn = randn(values.shape(), rng, DType::f64);
          std::copy_n(drawn.data<double>(), drawn.size(), values.mutable_data<double>());
        }
        fn(network);
      }
    }
  }
}

RowResult made_normalised(const RowContext&) {
  return {
      made_normalisation_error([](const MadeNetwork& n, const Tensor& x) { return n.log_prob(x); }),
      AtMost{1e-12},
      "f64, 12 units, weights N(0,1), eight networks: natural and random order, hidden 40 and 30,25, with "
      "and without direct connections: largest |log sum over 2^12 states|, nats"};
}

RowResult made_autoregressive(const RowContext&) {
  const MadeReads reads = made_reads([](const MadeNetwork& n, const Tensor& x) { return n.forward(x); });
  return {reads.allowed > 0 ? reads.forbidden : NAN, AtMost{0},
          fmt::format("the same networks, tanh, at a random x: largest entry of the logits' Jacobian on and "
                      "above the diagonal of the order; below it none is 0 (smallest {:.1e})",
                      reads.allowed)};
}

}  // namespace

double made_normalisation_error(MadeFunction log_prob) {
  const NoGrad quiet;
  const Tensor states = binary_patterns(0, int64_t{1} << kSize, kSize, DType::f64);
  double worst = 0;
  for_each_network([&](const MadeNetwork& network) {
    worst = std::max(worst, std::abs(logsumexp(log_prob(network, states)).item()));
  });
  return worst;
}

MadeReads made_reads(MadeFunction logits) {
  MadeReads reads{0, std::numeric_limits<double>::infinity()};
  for_each_network([&](const MadeNetwork& network) {
    Rng rng(2, "ledger/made");
    const Tensor x = rand({1, kSize}, rng, DType::f64);
    const std::vector<double> slopes =
        jacobian([&](const Tensor& at) { return logits(network, at); }, x).to_vector();
    const std::vector<int64_t> places = places_in(network.order());
    for (size_t i = 0; i < kSize; ++i) {
      for (size_t j = 0; j < kSize; ++j) {
        const double slope = std::abs(slopes[i * kSize + j]);
        if (places[j] < places[i]) {
          reads.allowed = std::min(reads.allowed, slope);
        } else {
          reads.forbidden = std::max(reads.forbidden, slope);
        }
      }
    }
  });
  return reads;
}

std::vector<Row> made_rows() {
  return {{"made.normalised", RowKind::identity, "the conditionals' product sums to 1 over all states",
           "Germain et al. 2015, eq. 3", true, 1, made_normalised},
          {"made.autoregressive", RowKind::identity, "no output reads what does not come before it",
           "Germain et al. 2015, eq. 9", true, 1, made_autoregressive}};
}

}  // namespace gradzoo
