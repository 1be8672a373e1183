#include "tools/lab/table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace gradzoo {

void LabTable::add(std::string name, std::vector<double> values) {
  if (values.size() != columns.size())
    throw Error("lab: the row '{}' has {} values for {} columns", name, values.size(), columns.size());
  rows.push_back({std::move(name), std::move(values)});
}

double LabTable::at(std::string_view row, std::string_view column) const {
  const auto line = std::ranges::find(rows, row, &Row::name);
  const auto place = std::ranges::find(columns, column, &LabColumn::heading);
  if (line == rows.end() || place == columns.end())
    throw Error("lab: the table of '{}' has no '{}' of '{}'", heading, column, row);
  return line->values[static_cast<size_t>(place - columns.begin())];
}

std::string number_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4g}", value); }

std::vector<std::vector<std::string>> text_rows(const LabTable& table) {
  std::vector<std::vector<std::string>> out(1, {table.heading});
  for (const LabColumn& column : table.columns) out[0].push_back(column.heading);
  for (const LabTable::Row& row : table.rows) {
    out.push_back({row.name});
    for (const double value : row.values) out.back().push_back(number_text(value));
  }
  return out;
}

}  // namespace gradzoo
