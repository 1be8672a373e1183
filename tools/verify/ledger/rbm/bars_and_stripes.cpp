#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/networks/rbm_layer.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// The 30 patterns of bars and stripes, (30, 16).
Tensor bars_and_stripes(DType dtype) {
  std::vector<double> values;
  for (int64_t pattern = 0; pattern < 30; ++pattern) {
    const bool stripes = pattern >= 16;
    const int64_t bits = stripes ? pattern - 15 : pattern;
    for (int64_t i = 0; i < 16; ++i)
      values.push_back(static_cast<double>(bits >> (stripes ? i % 4 : i / 4) & 1));
  }
  return tensor(values, {30, 16}, dtype);
}

/// What trains the machine on the patterns, and what gives its log Z.
struct ExactLearning {
  void (*train)(RbmLayer& layer, const Tensor& patterns,
                int64_t steps) = [](RbmLayer& layer, const Tensor& patterns, int64_t steps) {
    RbmLearning learning(layer, {.chains = RbmChains::exact, .momentum = 0.9}, {}, 1);
    for (int64_t step = 0; step < steps; ++step) learning.step(patterns, 0.2);
  };
  double (*log_partition)(const RbmLayer& layer) = exact_log_partition;
};

// Briefly to where 150 steps come.
RowResult rbm_bars_and_stripes(const ExactLearning& learning, const RowContext& context) {
  const int64_t steps = context.count(700, 150);
  Rng rng(1, "ledger/bars");
  RbmLayer layer(16, 16, rng);
  const Tensor patterns = bars_and_stripes(DType::f32);
  learning.train(layer, patterns, steps);
  const NoGrad quiet;
  const double found = -mean(layer.free_energy(patterns)).item() - learning.log_partition(layer);
  const double optimum = -std::log(30.0);
  return {
      found <= optimum + 1e-4 ? found : NAN, AtLeast{context.brief ? -9 : -3.45},
      fmt::format("16 hidden units, {} centred exact gradients of all 30 patterns, rate 0.2, momentum 0.9: "
                  "mean log p by enumeration, nats; no more than the optimum -ln 30 = {:.4f}",
                  steps, optimum)};
}

}  // namespace

std::vector<Row> bars_and_stripes_rows() {
  return {identity(
      {"rbm.bars_and_stripes", "exact gradients find bars and stripes, 30 patterns of 65,536",
       "the optimum is -ln 30", 10},
      rbm_bars_and_stripes, {},
      {{"a machine that does not learn", {.train = [](RbmLayer&, const Tensor&, int64_t) {}}},
       {"a log Z that is too small",
        {.train = [](RbmLayer&, const Tensor&, int64_t) {},
         .log_partition =
             [](const RbmLayer& layer) { return exact_log_partition(layer) - 16 * std::log(2.0); }}}})};
}

}  // namespace gradzoo
