#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/experiments/live_line.h"
#include "tools/doctor/machine.h"
#include "tools/verify/commit.h"
#include "tools/verify/ledger/ledger.h"

namespace gradzoo {
namespace {

void print_outcome(const RowOutcome& outcome) {
  const RowResult& result = outcome.result;
  if (!outcome.refusal.empty()) {
    fmt::print("----  {:<32} did not run: {}\n", outcome.row->name, printable(outcome.refusal));
  } else {
    fmt::print("{:<4}  {:<32} {:>12.6g}  {}  {:.1f} s\n", outcome.pass ? "ok" : "FAIL", outcome.row->name,
               result.value, gate_text(result.gate), outcome.seconds);
    fmt::print("      {}\n      {}; {}\n", outcome.row->claim, outcome.row->source, result.setting);
  }
  std::fflush(stdout);
}

// The datasets of all rows are checked before the first row runs. `done` follows each row.
std::vector<RowOutcome> run_rows(const std::vector<const Row*>& rows, bool quiet,
                                 const std::function<void(const RowOutcome&)>& done) {
  std::vector<RowOutcome> outcomes;
  for (const Row* row : rows) {
    outcomes.push_back(not_run(*row, missing_data(*row)));
    if (!quiet && !outcomes.back().refusal.empty()) print_outcome(outcomes.back());
  }
  for (RowOutcome& outcome : outcomes) {
    if (!outcome.refusal.empty()) continue;
    const Row* const row = outcome.row;
    RowContext context{.folder = "runs/verify"};
    if (row->kind == RowKind::figure) {
      const std::string takes =
          row->expected_seconds > kLongestAtOnce
              ? fmt::format("a long row, about {:.0f} minutes", row->expected_seconds / 60)
              : fmt::format("about {:.0f} s", row->expected_seconds);
      fmt::print(stderr, "{}: {} on two cores; if stopped, it resumes from {}\n", row->name, takes,
                 context.folder);
    }
    if (!quiet) {
      context.progress = [&](const std::string& text) {
        fmt::print("      {}: {}\n", row->name, text);
        std::fflush(stdout);
      };
    }
    outcome = run_row(*row, context);
    if (!quiet) print_outcome(outcome);
    done(outcome);
  }
  return outcomes;
}

// Prints the row's values without and with each error.
void print_plants(const PlantReport& report) {
  if (!report.honest.refusal.empty()) return print_outcome(report.honest);
  const RowResult& honest = report.honest.result;
  fmt::print("{}: {}\n  must be {}\n", report.honest.row->name, report.honest.row->claim,
             gate_text(honest.gate));
  fmt::print("  {:<60} {:>12.6g}  {}\n", "without an error", honest.value,
             report.honest.pass ? "holds" : "FAILS");
  for (const PlantOutcome& plant : report.plants)
    fmt::print("  {:<60} {:>12.6g}  {}\n", plant.name, plant.result.value,
               plant.caught ? "fails, as it must" : "NOT DETECTED");
  std::fflush(stdout);
}

// Returns the rows with error injections. Throws Error if a named row has none.
std::vector<const Row*> rows_with_plants(std::vector<const Row*> rows, bool named) {
  for (const Row* row : rows) {
    if (named && row->plants.empty())
      throw Error("verify --plant: {} has no error injections. Hint: name an identity, as vae.kl_closed_form",
                  row->name);
  }
  std::erase_if(rows, [](const Row* row) { return row->plants.empty(); });
  return rows;
}

int plant_command(const std::vector<const Row*>& rows, bool json) {
  std::vector<PlantReport> reports;
  for (const Row* row : rows) {
    reports.push_back(plant_errors(*row, {.folder = "runs/verify"}));
    if (!json) print_plants(reports.back());
  }
  if (json) fmt::print("{}\n", plants_json(reports));
  const auto toothless = std::ranges::find_if_not(reports, &PlantReport::has_teeth);
  if (toothless == reports.end()) return 0;
  const RowOutcome& honest = toothless->honest;
  throw Error("verify --plant: {} {}", honest.row->name,
              !honest.refusal.empty() ? "did not run: " + honest.refusal
              : honest.pass           ? "does not detect an injected error"
                                      : "fails without an injected error");
}

void print_summary(const std::vector<RowOutcome>& outcomes) {
  double seconds = 0;
  for (const RowOutcome& outcome : outcomes) seconds += outcome.seconds;
  const auto passed = std::ranges::count(outcomes, true, &RowOutcome::pass);
  fmt::print("{} of {} rows hold, in {}\n", passed, outcomes.size(), duration(seconds));
  std::fflush(stdout);
}

// Throws Error unless all rows hold.
void check_outcomes(const std::vector<RowOutcome>& outcomes) {
  std::vector<const RowOutcome*> failed, refused;
  for (const RowOutcome& outcome : outcomes)
    if (!outcome.pass) (outcome.refusal.empty() ? failed : refused).push_back(&outcome);
  std::string text;
  if (!failed.empty())
    text = fmt::format("{} of {} rows fail, first {}", failed.size(), outcomes.size(), failed[0]->row->name);
  if (!refused.empty())
    text += fmt::format("{}{} of {} rows did not run, first {}: {}", text.empty() ? "" : "; ", refused.size(),
                        outcomes.size(), refused[0]->row->name, refused[0]->refusal);
  if (!text.empty()) throw Error("verify: {}", text);
}

// The page of the ledger that the file holds, "" where there is none yet.
std::string page_in(const std::string& path) {
  constexpr uint64_t kLongest = 1 << 20;
  if (!std::filesystem::is_regular_file(path) && !std::filesystem::is_directory(path)) return "";
  std::string page = read_plain_file(path, kLongest);
  if (!page.starts_with("# The ledger\n"))
    throw Error("verify: {} is not a page of the ledger. Hint: name a new file, --markdown new.md", path);
  return page;
}

std::string measured_on() {
  const int64_t threads = num_threads();
  return fmt::format("{:%Y-%m-%d}, {}, {} thread{} of {} ({})", fmt::gmtime(std::time(nullptr)), kCommit,
                     threads, threads == 1 ? "" : "s", processor_name(), blas_kernel().used);
}

int run(const Arguments& arguments) {
  std::vector<std::string> names;
  std::string markdown;
  bool quick = false, plant = false, json = false;
  int64_t threads = 0;
  CommandLine line(
      "verify", "Checks this program's results against theorems and published figures.",
      {{"gradzoo verify --quick", "measures the identities, in seconds per row"},
       {"gradzoo verify vae.kl_closed_form", "measures one row"},
       {"gradzoo verify --plant vae.kl_closed_form", "shows that the row fails for each injected error"}});
  line.positionals("ROW", names, "names of the rows (default: all)");
  line.completes("ROW", [](const std::string&) {
    Candidates rows;
    for (const Row& row : ledger_rows()) rows.push_back({row.name, row.claim});
    return rows;
  });
  line.section("Rows ((q): also with --quick):", [] {
    std::string text;
    for (const Row& row : ledger_rows())
      text += fmt::format("  {:<32} {}  {}\n", row.name, row.quick ? "(q)" : "   ", row.claim);
    return text;
  });
  line.flag("--quick", quick, "only the identities, in seconds per row");
  line.flag("--plant", plant, "inject known errors and show that the rows fail (default: the identities)");
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  line.option("--markdown", "FILE", markdown,
              "file for the results as a page of Markdown, as docs/ledger.md; other rows stay in it");
  line.writes("--markdown", "a page of Markdown", {".md", ""});
  if (!line.read(arguments)) return 0;
  const std::vector<const Row*> rows = select_rows(names, quick || (plant && names.empty()));
  if (plant) {
    if (!markdown.empty()) throw Error("verify: --plant has no page of Markdown. Hint: remove --markdown");
    use_threads(threads);
    return plant_command(rows_with_plants(rows, !names.empty()), json);
  }
  std::string page = page_in(markdown);
  use_threads(threads);
  if (!json) fmt::print("OpenBLAS kernel {}, {} threads\n", blas_kernel().used, num_threads());
  const std::vector<RowOutcome> outcomes = run_rows(rows, json, [&](const RowOutcome& outcome) {
    if (markdown.empty()) return;
    page = ledger_markdown(ledger_rows(), outcome, measured_on(), page);
    write_file_atomically(markdown, std::as_bytes(std::span(page)));
  });
  if (json) fmt::print("{}\n", ledger_json(outcomes));
  if (!json) print_summary(outcomes);
  check_outcomes(outcomes);
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(
      argv, {"verify", "compare theorems and published figures with this machine's results", gradzoo::run});
}
