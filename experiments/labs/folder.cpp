#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "experiments/labs/lab_tools.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/base/version.h"
#include "plot/pages/report.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

Json table_json(const LabTable& table) {
  Json out{{"rows_are", table.heading}, {"columns", Json::array()}, {"rows", Json::array()}};
  for (const LabColumn& column : table.columns)
    out["columns"].push_back({{"heading", column.heading}, {"meaning", column.meaning}});
  for (const LabTable::Row& row : table.rows) {
    Json values = Json::array();
    for (const double value : row.values) values.push_back(value);  // null where it is not finite
    out["rows"].push_back({{"name", row.name}, {"values", values}});
  }
  return out;
}

std::string command_of(const RanLab& ran) {
  std::string command = fmt::format("gradzoo lab {} --seed {}", ran.lab.name, ran.seed);
  for (const std::string& knob : ran.knobs) command += " --set " + knob;
  return command;
}

// What a lab says to see in its numbers was written for its own knobs.
std::string interpretation_of(const RanLab& ran) {
  if (ran.knobs.empty()) return ran.result.interpretation;
  return fmt::format(
      "This is the lab with {}. The following text was written for the default knobs. If it contradicts the "
      "tables, the tables are right, and the question is why. {}",
      fmt::join(ran.knobs, ", "), ran.result.interpretation);
}

Report page_of(const RanLab& ran) {
  Report page{.title = fmt::format("Lab: {}", ran.lab.name),
              .summary = fmt::format("{} ({})", ran.lab.idea, ran.lab.source),
              .interpretation = interpretation_of(ran),
              .facts = {{"seed", fmt::format("{}", ran.seed)},
                        {"seconds", fmt::format("{:.1f}", ran.seconds)},
                        {"gradzoo", kVersion}},
              .command = command_of(ran)};
  for (const LabTable& table : ran.result.tables) {
    std::vector<std::vector<std::string>> rows = text_rows(table);
    const std::vector<std::string> headings = rows.front();
    rows.erase(rows.begin());
    page.tables.push_back({headings, rows, {}});
    for (const LabColumn& column : table.columns) page.glossary.push_back({column.heading, column.meaning});
  }
  page.glossary.push_back({"Exercise", ran.result.exercise});
  for (const LabPicture& picture : ran.result.pictures)
    page.pictures.push_back({picture.name, picture.caption, picture.drawing, true});
  return page;
}

}  // namespace

std::string lab_text(const RanLab& ran) {
  constexpr size_t kWidth = 98;
  std::string out =
      wrapped(fmt::format("{}: {} ({})", ran.lab.name, ran.lab.idea, ran.lab.source), kWidth) + "\n";
  for (const LabTable& table : ran.result.tables) out += "\n" + text_columns(text_rows(table));
  return out + fmt::format("\nWhat to see\n  {}\n\nExercise\n  {}\n",
                           wrapped(interpretation_of(ran), kWidth, "  "),
                           wrapped(ran.result.exercise, kWidth, "  "));
}

std::string lab_json(const RanLab& ran) {
  Json out{{"lab", ran.lab.name},
           {"idea", ran.lab.idea},
           {"source", ran.lab.source},
           {"seed", ran.seed},
           {"knobs", ran.knobs},
           {"seconds", ran.seconds},
           {"tables", Json::array()},
           {"pictures", Json::array()},
           {"interpretation", ran.result.interpretation},
           {"exercise", ran.result.exercise}};
  for (const LabTable& table : ran.result.tables) out["tables"].push_back(table_json(table));
  for (const LabPicture& picture : ran.result.pictures)
    out["pictures"].push_back(
        {{"file", picture.name + picture.drawing.ending}, {"caption", picture.caption}});
  return out.dump();
}

std::string labs_json() {
  Json all = Json::array();
  for (const LabEntry& entry : labs()) {
    const std::unique_ptr<Lab> lab = entry.make();
    OptionTable table;
    lab->describe(table);
    Json knobs = Json::array();
    for (const Option& knob : table.all())
      knobs.push_back({{"name", knob.key}, {"value", knob.text()}, {"meaning", knob.meaning}});
    all.push_back({{"name", entry.name},
                   {"idea", entry.idea},
                   {"source", entry.source},
                   {"level", entry.level},
                   {"knobs", std::move(knobs)}});
  }
  return all.dump();
}

std::string lab_page(const RanLab& ran) { return report_page(page_of(ran)); }

void write_lab(const std::string& folder, const RanLab& ran) {
  for (const LabPicture& picture : ran.result.pictures)
    write_drawing(fmt::format("{}/{}{}", folder, picture.name, picture.drawing.ending), picture.drawing);
  const std::string json = lab_json(ran) + "\n";
  write_file_atomically(folder + "/lab.json", std::as_bytes(std::span(json)));
  write_report(folder + "/report.html", page_of(ran));
}

}  // namespace gradzoo
