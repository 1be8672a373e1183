#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/verify/ledger/row.h"

/// The ledger: what theory or a paper says, held against what this machine computes.
namespace gradzoo {

/// A row with what came of it.
struct RowOutcome {
  const Row* row;
  RowResult result;
  bool pass;
  double seconds;
  std::string refusal = {};  // why it did not run; "": it ran
};

/// Every row, in the order in which verify runs them.
std::span<const Row> ledger_rows();

/// The rows of these names (all where none is given); quick ones alone where `quick`. Throws Error naming the
/// nearest for an unknown name.
std::vector<const Row*> select_rows(const std::vector<std::string>& names, bool quick);

/// Why a row cannot run: a dataset of it is not there; "" if all are. Each dataset is read once in a process.
std::string missing_data(const Row& row);

/// The outcome of a row that did not run.
RowOutcome not_run(const Row& row, std::string refusal);

/// Measures one row. An exception of it is the outcome's refusal.
RowOutcome run_row(const Row& row, const RowContext& context = {});

/// True where the value is what the gate asks; NaN never is.
bool passes(const RowResult& result);

/// What became of a planted error: caught where the row fails.
struct PlantOutcome {
  std::string name;
  RowResult result;
  bool caught;
};
/// A row as it is, and with each error planted in it.
struct PlantReport {
  RowOutcome honest;
  std::vector<PlantOutcome> plants;

  /// The row holds, and every error makes it fail.
  bool has_teeth() const;
};
/// Measures a row and each of its plants.
PlantReport plant_errors(const Row& row, const RowContext& context = {});

/// "16 +- 0.2", "at most 1e-10", "at least 8".
std::string gate_text(const Gate& gate);

/// {"rows": [{"row", "kind", "claim", "source", "setting", "value", "gate", "target", "tolerance", "pass",
/// "seconds", "refusal"}], "failed": n, "not_run": n}; gate is "near", "at most" or "at least". A row that
/// did not run has a refusal, and no setting, value or gate.
std::string ledger_json(const std::vector<RowOutcome>& outcomes);
/// {"rows": [what ledger_json has of a row, and "plants": [{"error", "setting", "value", "caught"}]],
/// "missed": errors that no row noticed, "failed": rows that do not hold, "not_run": rows with a refusal}.
std::string plants_json(const std::vector<PlantReport>& reports);

/// What was measured as a page: a table of identities and one of figures, and below them how each row was
/// measured. `measured_on` is a clause that names day and machine.
std::string ledger_markdown(const std::vector<RowOutcome>& outcomes, const std::string& measured_on);

}  // namespace gradzoo
