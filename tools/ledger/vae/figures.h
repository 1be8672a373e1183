#pragma once

#include "tools/ledger/row.h"

namespace gradzoo {

/// Published and measured figures of the variational auto-encoder on MNIST's test set.
std::vector<Row> vae_figure_rows();

}  // namespace gradzoo
