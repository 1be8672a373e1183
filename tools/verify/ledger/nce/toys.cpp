#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "models/nce/fce.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

/// The larger of |c - log Z| / 0.05 and KL / 0.02: c alone can be right with no modes found. At most 1
/// passes; NaN where one is.
double nce_share(double c_error, double kl) {
  const double by_constant = std::abs(c_error) / 0.05, by_kl = kl / 0.02;
  return std::isnan(by_constant + by_kl) ? NAN : std::max(by_constant, by_kl);
}

/// What NCE on a toy comes to.
struct NceFit {
  double constant_error, kl;                 // c - log Z; nats
  std::optional<double> without_modes = {};  // KL of a ring without modes
};
using FitToy = NceFit (*)(const char* toy, int seed, const RowContext& context);

NceFit fit_toy(const char* toy, int seed, const RowContext& context) {
  const std::unique_ptr<Session> trained =
      train_model("nce", {fmt::format("data={}", toy), fmt::format("seed={}", seed)}, context);
  const Quantities numbers = evaluate_on_test(*trained);
  NceFit fit{numbers[kNceConstantError].value, numbers[kKl].value};
  if (const Quantity* without_modes = numbers.find(kKlWithoutModes)) fit.without_modes = without_modes->value;
  return fit;
}

RowResult toy_logz(FitToy fit_of, const RowContext& context) {
  double worst = 0;
  std::string found;
  for (const char* toy : {"ring8", "two-moons"}) {
    for (const int seed : {1, 2}) {
      const NceFit fit = fit_of(toy, seed, context);
      const double share = nce_share(fit.constant_error, fit.kl);
      if (!(share <= worst)) worst = share;
      found +=
          fmt::format("; {} seed {}: c - log Z {:+.4f}, KL {:.4f}", toy, seed, fit.constant_error, fit.kl);
      if (fit.without_modes) found += fmt::format(" (a ring without modes: {:.3f})", *fit.without_modes);
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

/// KL(truth || model) of four models on one toy.
struct FceKls {
  double energy, fixed_noise;  // by fce, by nce
  double flow, likelihood;     // by fce, by maximum likelihood
};

/// The larger of (energy - fixed_noise) / 0.002 and (flow - likelihood) / 0.02: at most 1 passes; NaN where
/// one is.
double fce_share(const FceKls& kls) {
  const double of_energy = (kls.energy - kls.fixed_noise) / 0.002,
               of_flow = (kls.flow - kls.likelihood) / 0.02;
  return std::isnan(of_energy + of_flow) ? NAN : std::max(of_energy, of_flow);
}

using TrainFce = FceKls (*)(const RowContext& context);
FceKls train_fce(const RowContext& context) {
  const auto trained = [&](const char* model) {
    return evaluate_on_test(*train_model(model, {"data=ring8", "seed=1"}, context));
  };
  const Quantities both = trained("fce"), fixed = trained("nce"), likelihood = trained("realnvp");
  return {both[kKl].value, fixed[kKl].value, both[kFlowKl].value, likelihood[kKl].value};
}

RowResult fce_ring8(TrainFce train, const RowContext& context) {
  const FceKls kls = train(context);
  return {fce_share(kls), AtMost{1},
          fmt::format(
              "defaults, 3,920 steps of 512 points, by likelihood 4,000, seed 1: the larger of the energies' "
              "difference / 0.002 and "
              "the flows' / 0.02; KL(truth || model): energy by fce {:.4f}, by nce against a fixed Gaussian "
              "{:.4f}; flow by fce {:.4f}, by maximum likelihood {:.4f}",
              kls.energy, kls.fixed_noise, kls.flow, kls.likelihood)};
}

}  // namespace

std::vector<Row> nce_toy_rows() {
  return {figure({"nce.toy_logz", "NCE finds the modes of ring8 and two-moons, and its c their log Z",
                  "Gutmann & Hyvarinen 2010; gates: |c - log Z| at most 0.05 and KL at most 0.02", 90},
                 toy_logz, fit_toy,
                 {{"a ring without modes, perfectly normalised",
                   [](const char*, int, const RowContext&) {
                     return NceFit{0, 0.085};
                   }},
                  {"modes found, and a c that is .06 off",
                   [](const char*, int, const RowContext&) {
                     return NceFit{-0.06, 0.001};
                   }},
                  {"a c that is no number",
                   [](const char*, int, const RowContext&) {
                     return NceFit{NAN, 0.001};
                   }},
                  {"a KL that is no number",
                   [](const char*, int, const RowContext&) {
                     return NceFit{0.001, NAN};
                   }}}),
          figure({"nce.vs_noise", "NCE finds ring8 against noise of every kind",
                  "Gutmann & Hyvarinen 2010, section 4; gate: KL at most 0.02", 150},
                 vs_noise),
          figure({"fce.ring8",
                  "told from a flow that goes against it, the energy is as good as NCE's, and the flow as "
                  "good as by "
                  "likelihood",
                  "Gao et al. 2020; gates: 0.002 and 0.02 nats", 250},
                 fce_ring8, train_fce,
                 {{"an energy behind NCE's",
                   [](const RowContext&) {
                     return FceKls{0.004, 0.001, 0.01, 0.015};
                   }},
                  {"a flow behind that by likelihood",
                   [](const RowContext&) {
                     return FceKls{0.001, 0.001, 0.04, 0.015};
                   }},
                  {"an energy that is no number",
                   [](const RowContext&) {
                     return FceKls{NAN, 0.001, 0.01, 0.015};
                   }},
                  {"a flow that is no number", [](const RowContext&) {
                     return FceKls{0.001, 0.001, NAN, 0.015};
                   }}})};
}

}  // namespace gradzoo
