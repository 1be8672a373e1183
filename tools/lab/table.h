#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradzoo {

struct LabColumn {
  std::string heading;  // "KL, nats": what it is, and its unit
  std::string meaning;  // a sentence for the page
};

/// Numbers in lines. One that is not known is NaN.
struct LabTable {
  struct Row {
    std::string name;
    std::vector<double> values;  // one a column
  };
  std::string heading;  // of the first column, which names the rows: "objective"
  std::vector<LabColumn> columns;
  std::vector<Row> rows = {};

  /// Throws Error unless there is a value for each column.
  void add(std::string name, std::vector<double> values);
  /// The value in the row of that name under that heading; throws Error where there is none.
  double at(std::string_view row, std::string_view column) const;
};

/// Four significant digits; "-" where it is not a number.
std::string number_text(double value);

/// The table's lines as texts, its headings first.
std::vector<std::vector<std::string>> text_rows(const LabTable& table);

}  // namespace gradzoo
