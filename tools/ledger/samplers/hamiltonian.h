#pragma once

#include "tools/ledger/samplers/rows.h"

namespace gradzoo {

/// N(0,1) cut to [-0.5, 1], which chains must not leave.
LineDensity cut_normal_density();

/// The energy that a trajectory of so many steps of e loses: x, p (B, d) -> (B).
using EnergyLost =
    FunctionRef<Tensor(const Target& target, const Tensor& x, const Tensor& p, double e, int64_t steps)>;
/// The slope of log(root mean square of the energy lost) over log e, fitted to trajectories of one length in
/// 10, 20, 40 and 80 steps on the lopsided mixture.
double energy_order(EnergyLost integrate, uint64_t seed);

Row hmc_exchangeable_row();
Row hmc_energy_row();

}  // namespace gradzoo
