#include <cmath>

#include <fmt/format.h>

#include "models/base/quantity.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

RowResult kl_ring8(const RowContext& context) {
  const auto trained = train_model("flow-matching", {"data=ring8", "seed=1"}, context);
  const Quantities found = evaluate_on_test(*trained);
  return {
      found[kKl].value, AtMost{0.01},
      fmt::format(
          "perceptron of 256, 256, 256 SiLU, 6,000 steps of 1,000 points, seed 1; density by the divergence, "
          "48 steps of Runge and Kutta's fourth order, 128 x 128 cells; log Z {:.1e}",
          found[kLogZ].value)};
}

// A thin toy and a long training: where the network is not bounded outside of what it has seen, some seeds
// come to a KL of 1e5, by cells that hold 1e-8 of the data.
RowResult kl_two_moons(const RowContext& context) {
  constexpr const char* kRow = "flow_matching.kl_two_moons";
  double worst = 0;
  std::string found;
  for (const int seed : {1, 2, 3}) {
    const auto trained = train_model_resumably(
        kRow, "flow-matching", {"data=two-moons", "steps=32000", fmt::format("seed={}", seed)}, context);
    const double kl = evaluate_on_test(*trained)[kKl].value;
    if (!(kl <= worst) && !std::isnan(worst)) worst = kl;
    found += fmt::format("; seed {}: {:.4f}", seed, kl);
  }
  forget_checkpoints(kRow, context);
  return {
      worst, AtMost{0.01},
      "32,000 steps of 1,000 points, else by default, KL(truth || model) by quadrature, the worst of three "
      "seeds" +
          found};
}

RowResult ncsn_kl_ring8(const RowContext& context) {
  const auto trained =
      train_model("ncsn", {"data=ring8", "toy_noise=0.2", "sigma_end=0.05", "seed=1"}, context);
  const Quantities found = evaluate_on_test(*trained);
  return {found[kKl].value, AtMost{0.01},
          fmt::format("ring8 of width .2, last noise .05, perceptron of 256, 256, 256 SiLU, the default "
                      "10,000 steps of 1,000 "
                      "points, seed 1; density by the probability flow, 128 x 128 cells; log Z {:.1e}",
                      found[kLogZ].value)};
}

}  // namespace

std::vector<Row> flow_figure_rows() {
  return {
      {"flow_matching.kl_ring8", RowKind::figure, "flow matching learns ring8 to a KL of at most 0.01 nats",
       "Lipman et al. 2023", false, 120, kl_ring8},
      {"flow_matching.kl_two_moons", RowKind::figure,
       "and two-moons, whatever the seed, after a long training too", "Lipman et al. 2023", false, 720,
       kl_two_moons, true},
      {"ncsn.kl_ring8", RowKind::figure,
       "scores at many noise levels learn ring8 to a KL of at most 0.01 nats",
       "Song & Ermon 2019; Song et al. 2021", false, 120, ncsn_kl_ring8}};
}

}  // namespace gradzoo
