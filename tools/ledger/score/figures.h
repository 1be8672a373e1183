#pragma once

#include "tools/ledger/row.h"

namespace gradzoo {

/// How near score models come to toys.
std::vector<Row> score_figure_rows();

}  // namespace gradzoo
