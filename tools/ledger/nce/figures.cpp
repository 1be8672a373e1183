#include "tools/ledger/nce/figures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/nce/fce.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

RowResult toy_logz(const RowContext& context) {
  double worst = 0;
  std::string found;
  for (const char* toy : {"ring8", "two-moons"}) {
    for (const int seed : {1, 2}) {
      const std::unique_ptr<Session> trained =
          train_model("nce", {fmt::format("data={}", toy), fmt::format("seed={}", seed)}, context);
      const Quantities numbers = evaluate_on_test(*trained);
      const double error = numbers[kNceConstantError].value, kl = numbers[kKl].value;
      const double share = nce_share(error, kl);
      if (!(share <= worst)) worst = share;
      found += fmt::format("; {} seed {}: c - log Z {:+.4f}, KL {:.4f}", toy, seed, error, kl);
      if (const Quantity* without_modes = numbers.find(kKlWithoutModes))
        found += fmt::format(" (a ring without modes: {:.3f})", without_modes->value);
    }
  }
  return {
      worst, AtMost{1},
      fmt::format("nce by default (MLP 2-128-128-1 silu, fitted Gaussian noise 1.2 times as wide, nu 2, "
                  "batch 512, 40 epochs of 50,000 points), the larger of |c - log Z| / 0.05 and KL / 0.02{}",
                  found)};
}

RowResult vs_noise(const RowContext& context) {
  double worst = 0;
  std::string found;
  for (const char* noise : {"gaussian", "fitted", "mixture", "flow"}) {
    const auto trained =
        train_model("nce", {"data=ring8", fmt::format("noise={}", noise), "seed=1"}, context);
    const double kl = evaluate_on_test(*trained)[kKl].value;
    if (!(kl <= worst)) worst = kl;
    found += fmt::format("; {} {:.4f}", noise, kl);
  }
  return {worst, AtMost{0.02},
          "nce by default but for its noise, ring8, seed 1: KL(truth || e^f / Z), the largest" + found};
}

RowResult fce_ring8(const RowContext& context) {
  const auto trained = [&](const char* model) {
    return evaluate_on_test(*train_model(model, {"data=ring8", "seed=1"}, context));
  };
  const Quantities both = trained("fce"), fixed = trained("nce"), likelihood = trained("realnvp");
  const FceKls kls{both[kKl].value, fixed[kKl].value, both[kFlowKl].value, likelihood[kKl].value};
  return {fce_share(kls), AtMost{1},
          fmt::format(
              "defaults, 3,920 steps of 512 points, by likelihood 4,000, seed 1: the larger of the energies' "
              "difference / 0.002 and "
              "the flows' / 0.02; KL(truth || model): energy by fce {:.4f}, by nce against a fixed Gaussian "
              "{:.4f}; flow by fce {:.4f}, by maximum likelihood {:.4f}",
              kls.energy, kls.fixed_noise, kls.flow, kls.likelihood)};
}

}  // namespace

double fce_share(const FceKls& kls) {
  const double of_energy = (kls.energy - kls.fixed_noise) / 0.002,
               of_flow = (kls.flow - kls.likelihood) / 0.02;
  return std::isnan(of_energy + of_flow) ? NAN : std::max(of_energy, of_flow);
}

double nce_share(double c_error, double kl) {
  const double by_constant = std::abs(c_error) / 0.05, by_kl = kl / 0.02;
  return std::isnan(by_constant + by_kl) ? NAN : std::max(by_constant, by_kl);
}

std::vector<Row> nce_figure_rows() {
  return {
      {"nce.toy_logz", RowKind::figure, "NCE finds the modes of ring8 and two-moons, and its c their log Z",
       "Gutmann & Hyvarinen 2010; gates: |c - log Z| at most 0.05 and KL at most 0.02", false, 90, toy_logz},
      {"nce.vs_noise", RowKind::figure, "NCE finds ring8 against noise of every kind",
       "Gutmann & Hyvarinen 2010, section 4; gate: KL at most 0.02", false, 150, vs_noise},
      {"fce.ring8", RowKind::figure,
       "told from a flow that goes against it, the energy is as good as NCE's, and the flow as good as by "
       "likelihood",
       "Gao et al. 2020; gates: 0.002 and 0.02 nats", false, 250, fce_ring8}};
}

}  // namespace gradzoo
