#pragma once

#include "models/eval/modes.h"
#include "tools/ledger/row.h"

/// What adversarial training comes to on toys with modes.
namespace gradzoo {

std::vector<Row> gan_figure_rows();

/// True where every mode is covered, the smallest has 4% of the samples, and 90% are of high quality.
bool covers_all(const ModeCoverage& coverage);

/// The median of the modes covered.
double median_covered(const std::vector<ModeCoverage>& runs);

}  // namespace gradzoo
