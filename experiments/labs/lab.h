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

/// What a column of a table holds.
struct LabColumn {
  std::string heading;  ///< "KL, nats": what it is, and its unit
  std::string meaning;  ///< a sentence for the page
};

/// Numbers in lines. One that is not known is NaN.
struct LabTable {
  /// A line.
  struct Row {
    std::string name;            ///< of what it is about
    std::vector<double> values;  ///< one a column
  };
  std::string heading;             ///< of the first column, which names the rows: "objective"
  std::vector<LabColumn> columns;  ///< beside that one
  std::vector<Row> rows = {};      ///< from the top down

  /// Throws Error unless there is a value for each column.
  void add(std::string name, std::vector<double> values);
  /// The value in the row of that name under that heading; throws Error where there is none.
  double at(std::string_view row, std::string_view column) const;
};

/// How a lab runs.
struct LabContext {
  uint64_t seed = 0;  ///< of all random numbers
  /// Called now and then with a line on how far it is.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// A picture of what a lab found.
struct LabPicture {
  std::string name;     ///< of its file, without ending
  std::string caption;  ///< what it shows, a sentence or two
  Drawing drawing;      ///< the file
};

/// What a lab found.
struct LabResult {
  std::vector<LabTable> tables = {};      ///< the numbers
  std::vector<LabPicture> pictures = {};  ///< the same to look at
  std::string interpretation = {};        ///< what to see in it: about five sentences, with its numbers
  std::string exercise = {};              ///< one question; docs/labs-answers.md has the answer

  /// The table whose rows are named by `heading`; throws Error where there is none.
  const LabTable& table(std::string_view heading) const;
};

/// A lab: a struct of its knobs, the numbers that one may turn, and a run that trains and measures by the
/// library. It stands in a file of its own, whose last lines say what it is; its line in `labs()` names it.
class Lab {
 public:
  virtual ~Lab() = default;

  virtual void describe(OptionTable& knobs) = 0;               ///< what may be turned
  virtual LabResult run(const LabContext& context) const = 0;  ///< the experiment
};

/// A lab in the list.
struct LabEntry {
  std::string name;    ///< by which it is called
  std::string idea;    ///< what it shows, a sentence
  std::string source;  ///< where that is said
  int level;           ///< 1: probability alone; 2: a model that is trained; 3: what its gradients do
  std::unique_ptr<Lab> (*make)();  ///< with its own knobs

  /// The lab with these knobs, each KEY=VALUE. Throws Error, before anything runs, where there is none of
  /// that name or it is out of range.
  LabResult run(const LabContext& context, std::span<const std::string> knobs = {}) const;
  /// The same of knobs in braces.
  LabResult run(const LabContext& context, std::initializer_list<std::string> knobs) const {
    return run(context, std::span(knobs.begin(), knobs.size()));
  }
};

/// Every lab, the easiest first.
const std::deque<LabEntry>& labs();
/// Adds a program's own lab, before the program uses the list. Throws Error if the name is taken.
void add_lab(LabEntry lab);

/// Throws Error with the nearest name where there is none of that name.
const LabEntry& find_lab(std::string_view name);

/// All of them for a page: [{"name", "idea", "source", "level", "knobs": [{"name", "value", "meaning"}]}].
std::string labs_json();

/// A lab, what it found and how.
struct RanLab {
  const LabEntry& lab;                  ///< which
  LabResult result;                     ///< what it found
  uint64_t seed;                        ///< how it ran
  double seconds;                       ///< that it took
  std::vector<std::string> knobs = {};  ///< KEY=VALUE, those that were turned
};

/// Tables, what to see and the exercise, as text.
std::string lab_text(const RanLab& ran);

/// {"lab", "idea", "source", "seed", "knobs", "seconds", "tables": [{"rows_are", "columns": [{"heading",
/// "meaning"}], "rows": [{"name", "values"}]}], "pictures": [{"file", "caption"}], "interpretation",
/// "exercise"}: one line; a value that is not finite is null.
std::string lab_json(const RanLab& ran);

/// The same as a page that loads nothing, pictures inside.
std::string lab_page(const RanLab& ran);

/// Writes report.html, lab.json and the pictures into a folder that exists. Throws Error where it cannot.
void write_lab(const std::string& folder, const RanLab& ran);

}  // namespace gradzoo
