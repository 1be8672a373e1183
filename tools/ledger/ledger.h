#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The ledger: what theory or a paper says, held against what this machine computes.
namespace gradzoo {

enum class RowKind { identity, figure };  // a theorem, or a published result

/// What a row measured. It passes iff |value - target| <= tolerance; a one-sided claim measures its
/// shortfall, with target 0.
struct RowResult {
  double value;
  double target;
  double tolerance;
  std::string setting;  // the exact setting, spreads and counts included
};

/// How a row may run.
struct RowContext {
  uint64_t seed = 1;
  /// Where long rows keep checkpoints, so that one which was stopped goes on; "": nowhere.
  std::string folder = "";
  /// Called by long rows now and then, with a line on how far they are.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

struct Row {
  std::string name;  // "vae.kl_closed_form"
  RowKind kind;
  std::string claim;   // what holds
  std::string source;  // theorem or paper
  bool quick;          // runs under --quick
  double expected_seconds;
  RowResult (*measure)(const RowContext& context);
};

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
