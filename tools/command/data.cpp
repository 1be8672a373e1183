#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "datasets/images/check.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"

namespace gradzoo {
namespace {

int check(const Arguments& arguments) {
  std::string data = "mnist";
  bool json = false;
  CommandLine line("data check", "Looks a dataset over: files, check sums, sizes, pixels, labels.");
  line.option("--data", "NAME|DIR", data, "mnist, fashion, or a folder of IDX files (default: mnist)");
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  const std::vector<Finding> findings = check_dataset(data);
  const auto bad = std::ranges::count(findings, false, &Finding::good);
  if (json) {
    nlohmann::ordered_json object{
        {"data", data}, {"findings", nlohmann::ordered_json::array()}, {"bad", bad}};
    for (const Finding& finding : findings) {
      object["findings"].push_back({{"what", finding.what}, {"text", finding.text}, {"good", finding.good}});
    }
    fmt::print("{}\n", object.dump());
  } else {
    for (const Finding& finding : findings) {
      fmt::print("  {:<4} {:<34} {}\n", finding.good ? "ok" : "BAD", finding.what, finding.text);
    }
  }
  if (bad == 0) return 0;
  const Finding& first = *std::ranges::find(findings, false, &Finding::good);
  throw Error(fmt::format("data check: {} of {} findings on '{}' are bad, first {}: {}", bad, findings.size(),
                          data, first.what, first.text));
}

}  // namespace

int data_command(const Arguments& arguments) {
  const std::vector<std::string> known = {"check"};
  const std::string name = arguments.empty() ? "" : arguments.front();
  if (name == "check") return check({arguments.begin() + 1, arguments.end()});
  if (name == "--help" || name == "-h") {
    fmt::print("usage: gradzoo data check [...]\n");
    return 0;
  }
  if (name.empty()) throw Error("data: what shall be done with it? Hint: gradzoo data check");
  throw Error(fmt::format("data: '{}' is not known. {}", name, did_you_mean(name, known)));
}

}  // namespace gradzoo
