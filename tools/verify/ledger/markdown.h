#pragma once

#include <string>
#include <vector>

#include "tools/verify/ledger/ledger.h"

namespace gradzoo {

/// What was measured as a page: a table of identities and one of figures, and below them how each row was
/// measured. `measured_on` is a clause that names day and machine.
std::string ledger_markdown(const std::vector<RowOutcome>& outcomes, const std::string& measured_on);

}  // namespace gradzoo
