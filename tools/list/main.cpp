#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/options.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/experiments/labs/lab.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/samplers/registry.h"
#include "tools/list/op_table.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

Json models() {
  Json rows = Json::array();
  for (const ModelEntry& entry : model_registry()) {
    rows.push_back({{"name", entry.name},
                    {"learns", std::string(entry.data.listed)},
                    {"summary", entry.summary},
                    {"source", entry.source}});
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

// What of a toy is known exactly.
std::string known_of(const Toy& toy) {
  if (!toy.why_no_density().empty()) return "only samples";
  return toy.why_no_score().empty() ? "density, score" : "density, no score";
}

Json toys() {
  Json rows = Json::array();
  for (const ToyInfo& info : known_toys()) {
    const std::shared_ptr<const Toy> toy = make_toy(info.name);
    rows.push_back({{"name", info.name},
                    {"description", info.description},
                    {"numbers", toy->dimensions()},
                    {"known", known_of(*toy)}});
  }
  return rows;
}

Json samplers() {
  Json rows = Json::array();
  for (const SamplerEntry& entry : sampler_registry()) {
    rows.push_back({{"name", entry.name},
                    {"needs", needs_text(entry.needs)},
                    {"moves", entry.moves},
                    {"source", entry.source}});
  }
  return rows;
}

Json ops() {
  Json rows = Json::array();
  for (const ListedOp& op : listed_ops()) {
    rows.push_back({{"name", op.info->name},
                    {"kind", kind_name(op.info->kind)},
                    {"derivatives", smoothness_text(op)},
                    {"saves", saves_text(*op.info)},
                    {"formula", op.info->formula}});
  }
  return rows;
}

Json lab_rows() {
  Json rows = Json::array();
  for (const LabEntry& entry : labs())
    rows.push_back({{"name", entry.name}, {"idea", entry.idea}, {"source", entry.source}});
  return rows;
}

// What each model can do at its defaults, else by which setting: a row a model, a column a use.
Json use_rows() {
  Json rows = Json::array();
  const std::vector<std::vector<std::string>> table = use_table();
  for (size_t i = 1; i < table.size(); ++i) {
    Json& row = rows.emplace_back(Json{{"model", table[i][0]}});
    for (size_t j = 1; j < table[i].size(); ++j) row[table[0][j]] = table[i][j];
  }
  return rows;
}

struct ListSection {
  std::string name;
  Json (*rows)();
  bool only_asked = false;  // too long to be shown unasked
  bool headed = false;      // its columns are named
};

const std::array<ListSection, 7>& sections() {
  static const std::array<ListSection, 7> kSections{{{"models", models},
                                                     {"uses", use_rows, false, true},
                                                     {"datasets", datasets},
                                                     {"toys", toys},
                                                     {"samplers", samplers},
                                                     {"labs", lab_rows},
                                                     {"ops", ops, true}}};
  return kSections;
}

void print_rows(const Json& rows, bool headed) {
  std::vector<std::vector<std::string>> cells;
  if (headed) {
    cells.emplace_back();
    for (const auto& [key, value] : rows.front().items()) cells.back().push_back(key);
  }
  for (const Json& row : rows) {
    std::vector<std::string>& line = cells.emplace_back();
    for (const auto& [key, value] : row.items())
      line.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  fmt::print("{}", text_columns(cells));
}

int run(const Arguments& arguments) {
  std::string what, markdown;
  bool json = false;
  CommandLine line("list", "Lists models, uses, datasets, samplers, labs or ops.",
                   {{"gradzoo list", "all lists but the ops"},
                    {"gradzoo list ops --json", "every op with its gradient's formula"}});
  line.positional("WHAT", what,
                  "models, uses (of finished runs, with their models), datasets (including toys), toys, "
                  "samplers, labs or ops (default: all but ops)",
                  false);
  std::vector<std::string> names;
  for (const ListSection& section : sections()) names.push_back(section.name);
  line.completes("WHAT", [&](const std::string&) { return words_known(names); });
  line.flag("--json", json, "print one JSON object");
  line.option("--markdown", "FILE", markdown, "file for the table of ops, which is docs/ops.md");
  line.writes("--markdown", "a page of Markdown", {".md", ""});
  if (!line.read(arguments)) return 0;
  if (!what.empty() && std::ranges::find(names, what) == names.end()) throw_unknown("list:", what, names);
  if (!markdown.empty()) {
    if (what != "ops")
      throw Error("list: --markdown writes the table of ops. Hint: gradzoo list ops --markdown FILE");
    const std::string page = ops_markdown();
    write_file_atomically(markdown, std::as_bytes(std::span(page)));
    return 0;
  }
  Json object = Json::object();
  for (const ListSection& section : sections()) {
    const bool toys_among_datasets = what == "datasets" && section.name == "toys";
    if (what.empty() ? section.only_asked : what != section.name && !toys_among_datasets) continue;
    const Json rows = section.rows();
    object[section.name] = rows;
    if (json) continue;
    fmt::print("{}\n", section.name);
    print_rows(rows, section.headed);
  }
  if (json) fmt::print("{}\n", object.dump());
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(
      argv, {"list", "list models and their uses, data, samplers, labs or ops", gradzoo::run});
}
