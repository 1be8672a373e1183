#pragma once

#include "tools/ledger/row.h"

namespace gradzoo {

/// Figures of noise-contrastive estimation on toys.
std::vector<Row> nce_figure_rows();

/// The larger of |c - log Z| / 0.05 and KL / 0.02: c alone can be right with no modes found. At most 1
/// passes; NaN where one is.
double nce_share(double c_error, double kl);

}  // namespace gradzoo
