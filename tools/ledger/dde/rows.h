#pragma once

#include <vector>

#include "tools/ledger/row.h"

namespace gradzoo {

std::vector<Row> dde_rows();

}  // namespace gradzoo
