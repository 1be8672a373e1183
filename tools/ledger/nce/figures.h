#pragma once

#include "tools/ledger/row.h"

namespace gradzoo {

/// Figures of noise-contrastive estimation on toys.
std::vector<Row> nce_figure_rows();

/// The larger of |c - log Z| / 0.05 and KL / 0.02: c alone can be right with no modes found. At most 1
/// passes; NaN where one is.
double nce_share(double c_error, double kl);

/// KL(truth || model) of four models on one toy.
struct FceKls {
  double energy, fixed_noise;  // by fce, by nce
  double flow, likelihood;     // by fce, by maximum likelihood
};
/// The larger of (energy - fixed_noise) / 0.002 and (flow - likelihood) / 0.02: at most 1 passes; NaN where
/// one is.
double fce_share(const FceKls& kls);

}  // namespace gradzoo
