#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/options.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/commands/values.h"
#include "tools/list/op_table.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

// The ops of those names, all where none is given.
std::vector<ListedOp> chosen_ops(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const ListedOp& op : listed_ops()) known.emplace_back(op.info->name);
  for (const std::string& name : names)
    if (std::ranges::find(known, name) == known.end()) throw_unknown("gradcheck: op", name, known);
  std::vector<ListedOp> ops;
  for (const ListedOp& op : listed_ops()) {
    if (names.empty() || std::ranges::find(names, op.info->name) != names.end()) ops.push_back(op);
  }
  return ops;
}

Json to_json(const OpReport& report) {
  return {{"op", report.name},        {"cases", report.cases},
          {"order", report.order},    {"worst_error", report.worst_error},
          {"pass", report.ok},        {"message", report.message},
          {"seconds", report.seconds}};
}

std::string verdict(const OpReport& report, int64_t asked) {
  if (!report.ok) return "FAIL";
  return report.order < asked ? fmt::format("ok to order {}: its derivative has kinks", report.order) : "ok";
}

int run(const Arguments& arguments) {
  std::vector<std::string> names;
  int64_t order = 2;
  bool json = false;
  CommandLine line("gradcheck",
                   "Compares the derivatives of ops with finite differences, and checks their f32 kernels.",
                   {{"gradzoo gradcheck softplus --order 3", "one op, to the third derivative"},
                    {"gradzoo gradcheck", "all ops, to the second derivative"}});
  line.positionals("OP", names, "names of ops (default: all)");
  line.completes("OP", [](const std::string&) {
    Candidates ops;
    for (const ListedOp& op : listed_ops()) ops.push_back({op.info->name, op.info->formula});
    return ops;
  });
  line.option("--order", "N", order, "highest derivative (default: 2)", 1, 3);
  line.flag("--json", json, "print one JSON object");
  if (!line.read(arguments)) return 0;
  const std::vector<ListedOp> ops = chosen_ops(names);
  Json rows = Json::array();
  std::vector<OpReport> failed;
  if (!json)
    fmt::print("  {:<18} {:>5} {:>6} {:>12} {:>8}\n", "op", "order", "cases", "worst error", "seconds");
  for (const ListedOp& op : ops) {
    const OpReport report = op.check(static_cast<int>(order));
    rows.push_back(to_json(report));
    if (!report.ok) failed.push_back(report);
    if (json) continue;
    fmt::print("  {:<18} {:>5} {:>6} {:>12.1e} {:>8.2f}  {}\n", report.name, report.order, report.cases,
               report.worst_error, report.seconds, verdict(report, order));
    std::fflush(stdout);
  }
  if (json) fmt::print("{}\n", Json{{"ops", rows}, {"failed", failed.size()}}.dump());
  if (failed.empty()) return 0;
  throw Error(fmt::format("gradcheck: {} of {} ops fail; the first is {}", failed.size(), ops.size(),
                          failed[0].message));
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(argv, {"gradcheck", "check the derivatives of ops", gradzoo::run});
}
