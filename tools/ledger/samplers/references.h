#pragma once

#include "samplers/kinds/step_convention.h"
#include "tools/ledger/samplers/rows.h"

namespace gradzoo {

/// A diagnostic of draws (chains, n).
using Diagnostic = FunctionRef<double(const Tensor& draws)>;

/// Largest error of R-hat, bulk and tail ESS, relative, on four sets of draws whose values are known.
double reference_error(Diagnostic rhat, Diagnostic bulk_ess, Diagnostic tail_ess);
/// The sets: chains that agree, that have different locations, different widths, and draws with equals.
std::vector<Tensor> reference_draws();

/// Where chains end that begin at x and take a whole annealed walk, with steps of this size and meaning.
using AnnealedWalk = FunctionRef<Tensor(const Tensor& x, double step, StepConvention convention)>;
/// In how many bytes a walk of steps 2e in the half convention differs from one of steps e in the full one.
double convention_difference(AnnealedWalk walk, DType dtype);

Row rhat_reference_row();
Row annealed_conventions_row();

}  // namespace gradzoo
