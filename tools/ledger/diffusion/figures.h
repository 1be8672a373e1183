#pragma once

#include <vector>

#include "tools/ledger/row.h"

namespace gradzoo {

std::vector<Row> flow_figure_rows();

}  // namespace gradzoo
