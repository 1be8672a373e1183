#pragma once

#include "tools/ledger/row.h"

namespace gradzoo {

/// How near energy-based models come to toys.
std::vector<Row> ebm_figure_rows();

}  // namespace gradzoo
