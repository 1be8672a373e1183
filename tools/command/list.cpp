#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/error.h"
#include "autograd/text.h"
#include "datasets/registry.h"
#include "models/registry.h"
#include "samplers/chains.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/op_table.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

Json models() {
  Json rows = Json::array();
  for (const ModelEntry& entry : model_registry()) {
    rows.push_back({{"name", entry.name}, {"summary", entry.summary}, {"source", entry.source}});
  }
  return rows;
}

Json datasets() {
  Json rows = Json::array();
  for (const DatasetInfo& info : known_datasets()) {
    rows.push_back({{"name", info.name},
                    {"description", info.description},
                    {"values", info.values},
                    {"train", info.train},
                    {"test", info.test}});
  }
  return rows;
}

Json samplers() {
  Json rows = Json::array();
  for (const SamplerInfo& info : known_samplers()) {
    rows.push_back(
        {{"name", info.name}, {"needs", info.needs}, {"moves", info.moves}, {"source", info.source}});
  }
  return rows;
}

Json ops() {
  Json rows = Json::array();
  for (const ListedOp& op : listed_ops()) {
    rows.push_back(
        {{"name", op.info->name}, {"kind", kind_name(op.info->kind)}, {"formula", op.info->formula}});
  }
  return rows;
}

struct Section {
  std::string name;
  Json (*rows)();
};

const std::array<Section, 4>& sections() {
  static const std::array<Section, 4> kSections{
      {{"models", models}, {"datasets", datasets}, {"samplers", samplers}, {"ops", ops}}};
  return kSections;
}

// Columns as wide as their longest value, all but the last.
void print_rows(const Json& rows) {
  std::vector<size_t> widths;
  for (const Json& row : rows) {
    size_t column = 0;
    for (const auto& [key, value] : row.items()) {
      if (column == widths.size()) widths.push_back(0);
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      widths[column] = std::max(widths[column], text.size());
      ++column;
    }
  }
  for (const Json& row : rows) {
    std::string line;
    size_t column = 0;
    for (const auto& [key, value] : row.items()) {
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      line += column + 1 == row.size() ? "  " + text : fmt::format("  {:<{}}", text, widths[column]);
      ++column;
    }
    fmt::print("{}\n", line);
  }
}

}  // namespace

int list_command(const Arguments& arguments) {
  std::string what;
  bool json = false;
  CommandLine line("list", "Lists what there is.");
  line.positional("WHAT", what, "models, datasets, samplers or ops; all where it is left out", false);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  std::vector<std::string> names;
  for (const Section& section : sections()) names.push_back(section.name);
  if (!what.empty() && std::ranges::find(names, what) == names.end()) {
    throw Error(fmt::format("list: '{}' is not known. {}", what, did_you_mean(what, names)));
  }
  Json object = Json::object();
  for (const Section& section : sections()) {
    if (!what.empty() && what != section.name) continue;
    const Json rows = section.rows();
    object[section.name] = rows;
    if (json) continue;
    fmt::print("{}\n", section.name);
    print_rows(rows);
  }
  if (json) fmt::print("{}\n", object.dump());
  return 0;
}

}  // namespace gradzoo
