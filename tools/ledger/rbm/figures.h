#pragma once

#include <vector>

#include "tools/ledger/row.h"

namespace gradzoo {

/// Published figures of restricted Boltzmann machines and stacks of them on MNIST's test set.
std::vector<Row> rbm_figure_rows();

}  // namespace gradzoo
