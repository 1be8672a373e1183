#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/verify/ledger/row.h"

/// The ledger compares theorems and published figures with the results of this machine.
namespace gradzoo {

/// A row with its result.
struct RowOutcome {
  const Row* row;
  RowResult result;
  bool pass;
  double seconds;
  std::string refusal = {};  ///< reason why the row did not run; "": it ran
};

/// Returns all rows, in the order of `gradzoo verify`.
std::span<const Row> ledger_rows();

/// Returns the rows with these names (all rows if `names` is empty), only the quick rows if `quick`. Throws
/// Error with the nearest name if a name is unknown.
std::vector<const Row*> select_rows(const std::vector<std::string>& names, bool quick);

/// Returns the error of the row's first missing dataset, or "". Each dataset is read once per process.
std::string missing_data(const Row& row);

/// Returns the outcome of a row that did not run.
RowOutcome not_run(const Row& row, std::string refusal);

/// Measures one row. The text of an exception becomes the outcome's refusal.
RowOutcome run_row(const Row& row, const RowContext& context = {});

/// True if the value satisfies the gate. NaN never does.
bool passes(const RowResult& result);

/// The result with an injected error, which is caught if the row fails.
struct PlantOutcome {
  std::string name;
  RowResult result;
  bool caught;
};
/// The outcome of a row with the honest subject, and with each injected error.
struct PlantReport {
  RowOutcome honest;
  std::vector<PlantOutcome> plants;

  /// True if the row holds, and fails for every injected error.
  bool has_teeth() const;
};
/// Measures a row and each of its error injections.
PlantReport plant_errors(const Row& row, const RowContext& context = {});

/// Returns "16 ± 0.2", "at most 1e-10" or "at least 8".
std::string gate_text(const Gate& gate);

/// Returns {"rows": [{"row", "kind", "claim", "source", "setting", "value", "gate", "target", "tolerance",
/// "pass", "seconds", "refusal"}], "failed": n, "not_run": n}. The gate is "near", "at most" or "at least".
/// Rows that did not run have a refusal, and no setting, value or gate.
std::string ledger_json(const std::vector<RowOutcome>& outcomes);
/// Returns {"rows": [the keys of ledger_json, and "plants": [{"error", "setting", "value", "caught"}]],
/// "missed": number of errors not caught, "failed": rows that do not hold, "not_run": rows with a refusal}.
std::string plants_json(const std::vector<PlantReport>& reports);

/// Returns the page with a table of identities, a table of figures, and the setting of each row. The row of
/// `outcome` has `measured_on`: date, commit, processor. Of the other `rows` it has the lines of `before`, a
/// page that this function has returned, or "". An outcome that did not run is left out.
std::string ledger_markdown(std::span<const Row> rows, const RowOutcome& outcome,
                            const std::string& measured_on, const std::string& before);

}  // namespace gradzoo
