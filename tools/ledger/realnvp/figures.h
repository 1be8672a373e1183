#pragma once

#include "tools/ledger/row.h"

namespace gradzoo {

/// Figures of RealNVP on toys.
std::vector<Row> realnvp_figure_rows();

}  // namespace gradzoo
