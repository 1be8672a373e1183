#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/ledger/row.h"

/// The ledger: what theory or a paper says, held against what this machine computes.
namespace gradzoo {

/// A row with what came of it.
struct RowOutcome {
  const Row* row;
  RowResult result;
  bool pass;
  double seconds;
};

/// Every row, in the order in which verify runs them.
std::span<const Row> ledger_rows();

/// The rows of these names (all where none is given); quick ones alone where `quick`. Throws Error naming the
/// nearest for an unknown name.
std::vector<const Row*> select_rows(const std::vector<std::string>& names, bool quick);

/// Measures one row.
RowOutcome run_row(const Row& row, const RowContext& context = {});

/// True where the result lies within its tolerance; NaN never does.
bool passes(const RowResult& result);

/// {"rows": [{"row", "kind", "claim", "source", "setting", "value", "target", "tolerance", "pass",
/// "seconds"}], "failed": n}
std::string ledger_json(const std::vector<RowOutcome>& outcomes);

}  // namespace gradzoo
