#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/base/options.h"
#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/models/run/session.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/plot/chart.h"
#include "gradzoo/plot/drawing.h"
#include "gradzoo/plot/image.h"

/// Labs: small experiments, each of which shows one idea in numbers and a picture within a minute or two.
/// `gradzoo lab NAME` runs one and writes a folder with its page. This is what they need beside the library.
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

/// How a lab runs.
struct LabContext {
  uint64_t seed = 0;
  /// Called now and then with a line on how far it is.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

struct LabPicture {
  std::string name;     // of its file, without ending
  std::string caption;  // what it shows, a sentence or two
  Drawing drawing;
};

/// What a lab found.
struct LabResult {
  std::vector<LabTable> tables = {};
  std::vector<LabPicture> pictures = {};
  std::string interpretation = {};  // what to see in it: about five sentences, with its numbers
  std::string exercise = {};        // one question; docs/labs-answers.md has the answer

  /// The table whose rows are named by `heading`; throws Error where there is none.
  const LabTable& table(std::string_view heading) const;
};

/// A lab: a struct of its knobs, the numbers that one may turn, and a run that trains and measures by the
/// library. It stands in a file of its own, whose last lines say what it is; its line in `labs()` names it.
class Lab {
 public:
  virtual ~Lab() = default;

  virtual void describe(OptionTable& knobs) = 0;
  virtual LabResult run(const LabContext& context) const = 0;
};

struct LabEntry {
  std::string name, idea, source;
  int level;  // 1: probability alone; 2: a model that is trained; 3: what its gradients do
  std::unique_ptr<Lab> (*make)();

  /// The lab with these knobs, each KEY=VALUE. Throws Error, before anything runs, where there is none of
  /// that name or it is out of range.
  LabResult run(const LabContext& context, std::span<const std::string> knobs = {}) const;
  LabResult run(const LabContext& context, std::initializer_list<std::string> knobs) const {
    return run(context, std::span(knobs.begin(), knobs.size()));
  }
};

template <class L>
LabEntry lab_entry(int level, std::string name, std::string idea, std::string source) {
  return {std::move(name), std::move(idea), std::move(source), level,
          []() -> std::unique_ptr<Lab> { return std::make_unique<L>(); }};
}

/// Every lab, the easiest first.
std::span<const LabEntry> labs();

/// Throws Error with the nearest name where there is none of that name.
const LabEntry& find_lab(std::string_view name);

struct FitOptions {
  int64_t steps;
  double lr = 1e-3;  // at first; it falls to 0 as half a cosine
  OptimizerMaker optimizer = adam();
};

/// Trains a module: `loss` gives the scalar loss of a step, recorded on the tape that lives meanwhile. Tells
/// `context` of each quarter, as `what`. Returns the seconds that it took.
double fit(const Module& module, const FitOptions& options, const LabContext& context,
           const std::string& what, FunctionRef<Tensor(int64_t step)> loss);

/// Trains in memory what `gradzoo train MODEL --set KEY=VALUE ...` would train, `line` being "MODEL KEY=VALUE
/// ...", and tells `context` of each tenth.
std::unique_ptr<Session> train(const std::string& line, const LabContext& context);

/// Where samples (n, d) lie among centres (k, d): each belongs to its nearest.
struct Nearest {
  std::vector<double> shares;     // (k), of all samples
  std::vector<double> distances;  // (n), to the nearest centre
};
Nearest nearest_centres(const Tensor& samples, const Tensor& centres);

/// 1/2 sum |p_i - q_i|: the largest difference of the probabilities of a set.
double total_variation(const std::vector<double>& p, const std::vector<double>& q);

/// The share of values that are at most `bound`.
double share_within(const std::vector<double>& values, double bound);

/// Views side by side.
LabPicture planes_picture(std::string name, std::string caption, std::vector<Plane> planes);

}  // namespace gradzoo
