#pragma once

#include "tools/ledger/row.h"

namespace gradzoo {

/// Figures of RealNVP on toys and on MNIST.
std::vector<Row> realnvp_figure_rows();

}  // namespace gradzoo
