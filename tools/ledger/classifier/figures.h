#pragma once

#include <vector>

#include "tools/ledger/row.h"

namespace gradzoo {

/// Figures of the classifier that other models' samples are held against.
std::vector<Row> classifier_figure_rows();

}  // namespace gradzoo
