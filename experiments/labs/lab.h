#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/plot/drawing.h"

/// Labs: small experiments, each of which shows one idea in numbers and a picture within a minute or two.
/// `gradzoo lab NAME` runs one and writes a folder with its page.
namespace gradzoo {

/// A column of a lab's table.
struct LabColumn {
  std::string heading;  ///< quantity and unit: "KL, nats"
  std::string meaning;  ///< explanation for the page, a sentence
};

/// A table of numbers. An unknown number is NaN.
struct LabTable {
  /// A row of the table.
  struct Row {
    std::string name;            ///< text of the first column
    std::vector<double> values;  ///< one value per column
  };
  std::string heading;             ///< heading of the first column, which has the rows' names: "objective"
  std::vector<LabColumn> columns;  ///< the other columns
  std::vector<Row> rows = {};      ///< rows from top to bottom

  /// Adds a row. Throws Error unless there is one value per column.
  void add(std::string name, std::vector<double> values);
  /// Returns the value at a row's name and a column's heading. Throws Error if one of them does not exist.
  double at(std::string_view row, std::string_view column) const;
};

/// The seed and the progress messages of a lab's run.
struct LabContext {
  uint64_t seed = 0;  ///< seed of all random numbers
  /// Called from time to time with a line about the progress.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// A picture of a lab's results.
struct LabPicture {
  std::string name;     ///< file name without ending
  std::string caption;  ///< caption, one or two sentences
  Drawing drawing;      ///< contents of the file
};

/// The results of a lab.
struct LabResult {
  std::vector<LabTable> tables = {};      ///< tables of numbers
  std::vector<LabPicture> pictures = {};  ///< pictures of the numbers
  std::string interpretation = {};        ///< explanation with the numbers, about five sentences
  std::string exercise = {};              ///< one question; docs/labs-answers.md has the answer

  /// Returns the table whose first column has the heading `heading`. Throws Error if there is none.
  const LabTable& table(std::string_view heading) const;
};

/// A lab: its knobs, which are the settings that a user may change, and a function that trains and measures
/// with the library. Each lab is a file whose last lines make its LabEntry; `labs()` lists the entries.
class Lab {
 public:
  virtual ~Lab() = default;

  virtual void describe(OptionTable& knobs) = 0;               ///< adds the knobs to the table
  virtual LabResult run(const LabContext& context) const = 0;  ///< runs the experiment
};

/// A lab in the list.
struct LabEntry {
  std::string name;                ///< name on the command line
  std::string idea;                ///< idea that the lab shows, a clause
  std::string source;              ///< publications with this idea
  int level;                       ///< 1: only probability; 2: training of a model; 3: gradients of a model
  std::unique_ptr<Lab> (*make)();  ///< makes the lab with its default knobs

  /// Runs the lab with these knobs, each KEY=VALUE. Throws Error, before anything runs, if a knob does not
  /// exist or its value is out of range.
  LabResult run(const LabContext& context, std::span<const std::string> knobs = {}) const;
  /// Runs the lab with knobs given in braces.
  LabResult run(const LabContext& context, std::initializer_list<std::string> knobs) const {
    return run(context, std::span(knobs.begin(), knobs.size()));
  }
};

/// Returns all labs, the easiest first.
const std::deque<LabEntry>& labs();
/// Adds a lab of another program; call it before the list is used. Throws Error if the name is taken.
void add_lab(LabEntry lab);

/// Returns the lab with this name. Throws Error with the most similar name if there is none.
const LabEntry& find_lab(std::string_view name);

/// Returns all labs as JSON: [{"name", "idea", "source", "level", "knobs": [{"name", "value", "meaning"}]}].
std::string labs_json();

/// A finished lab with its results.
struct RanLab {
  const LabEntry& lab;                  ///< the lab
  LabResult result;                     ///< results
  uint64_t seed;                        ///< seed of the run
  double seconds;                       ///< duration of the run
  std::vector<std::string> knobs = {};  ///< changed knobs, each KEY=VALUE
};

/// Returns the tables, the explanation and the exercise as text.
std::string lab_text(const RanLab& ran);

/// Returns one line of JSON: {"lab", "idea", "source", "seed", "knobs", "seconds", "tables": [{"rows_are",
/// "columns": [{"heading", "meaning"}], "rows": [{"name", "values"}]}], "pictures": [{"file", "caption"}],
/// "interpretation", "exercise"}. A value that is not finite is null.
std::string lab_json(const RanLab& ran);

/// Returns the results as an HTML page that contains its pictures and loads nothing.
std::string lab_page(const RanLab& ran);

/// Writes report.html, lab.json and the pictures into an existing folder. Throws Error if a write fails.
void write_lab(const std::string& folder, const RanLab& ran);

}  // namespace gradzoo
