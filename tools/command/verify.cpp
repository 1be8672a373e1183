#include <algorithm>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

#include "autograd/base/error.h"
#include "autograd/kernels/gemm/gemm.h"
#include "autograd/kernels/threads/parallel.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/use_threads.h"
#include "tools/ledger/ledger.h"

namespace gradzoo {
namespace {

void print_outcome(const RowOutcome& outcome) {
  const RowResult& result = outcome.result;
  fmt::print("{:<4}  {:<32} {:>12.6g}  {}  {:.1f} s\n", outcome.pass ? "ok" : "FAIL", outcome.row->name,
             result.value, gate_text(result.gate), outcome.seconds);
  fmt::print("      {}\n      {}; {}\n", outcome.row->claim, outcome.row->source, result.setting);
  std::fflush(stdout);
}

std::vector<RowOutcome> run_rows(const std::vector<const Row*>& rows, bool quiet) {
  std::vector<RowOutcome> outcomes;
  for (const Row* row : rows) {
    RowContext context;
    context.folder = "runs/verify";
    if (row->kind == RowKind::figure) {
      fmt::print(stderr, "{}: about {:.0f} s on two cores; stopped, it goes on from {}\n", row->name,
                 row->expected_seconds, context.folder);
    }
    if (!quiet) {
      context.progress = [&](const std::string& text) {
        fmt::print("      {}: {}\n", row->name, text);
        std::fflush(stdout);
      };
    }
    outcomes.push_back(run_row(*row, context));
    if (!quiet) print_outcome(outcomes.back());
  }
  return outcomes;
}

}  // namespace

int verify_command(const Arguments& arguments) {
  std::vector<std::string> names;
  bool quick = false, json = false;
  int64_t threads = 0;
  CommandLine line("verify", "Holds what theory and papers say against what this program computes.");
  line.positionals("ROW", names, "rows by name; all where none is given");
  line.flag("--quick", quick, "only the rows that take seconds");
  line.option("--threads", "T", threads, "threads; the result does not depend on them (default: the cores)",
              1, kernels::kMaxThreads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}\nrows, (q) runs under --quick:\n", line.help());
    for (const Row& row : ledger_rows()) {
      fmt::print("  {:<32} {}  {}\n", row.name, row.quick ? "(q)" : "   ", row.claim);
    }
    return 0;
  }
  const std::vector<const Row*> rows = select_rows(names, quick);
  std::vector<RowOutcome> outcomes;
  use_threads(threads);
  if (!json) fmt::print("OpenBLAS kernel {}, {} threads\n", kernels::blas_kernel(), kernels::threads());
  outcomes = run_rows(rows, json);
  if (json) fmt::print("{}\n", ledger_json(outcomes));
  const auto failed = std::ranges::find(outcomes, false, &RowOutcome::pass);
  if (failed == outcomes.end()) return 0;
  throw Error(fmt::format("verify: {} of {} rows fail, first {}",
                          std::ranges::count(outcomes, false, &RowOutcome::pass), outcomes.size(),
                          failed->row->name));
}

}  // namespace gradzoo
