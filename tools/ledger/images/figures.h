#pragma once

#include <vector>

#include "tools/ledger/row.h"

namespace gradzoo {

/// Figures of models of digits by the program's own classifier, 10,000 samples against the test set. Frechet
/// distances are shares of the MLP VAE's: the scale belongs to the classifier.
std::vector<Row> image_figure_rows();

}  // namespace gradzoo
