#pragma once

#include <string>
#include <vector>

#include "tools/lab/lab.h"

/// What is printed and written of a lab that has run.
namespace gradzoo {

/// A lab, what it found and how.
struct RanLab {
  const LabEntry& lab;
  LabResult result;
  uint64_t seed;
  double seconds;
  std::vector<std::string> knobs = {};  // KEY=VALUE, those that were turned
};

/// Tables, what to see and the exercise, as text.
std::string lab_text(const RanLab& ran);

/// {"lab", "idea", "source", "seed", "knobs", "seconds", "tables": [{"rows_are", "columns": [{"heading",
/// "meaning"}], "rows": [{"name", "values"}]}], "pictures": [{"file", "caption"}], "interpretation",
/// "exercise"}: one line; a value that is not finite is null.
std::string lab_json(const RanLab& ran);

/// Writes report.html, lab.json and the pictures into a folder that exists. Throws Error where it cannot.
void write_lab(const std::string& folder, const RanLab& ran);

}  // namespace gradzoo
