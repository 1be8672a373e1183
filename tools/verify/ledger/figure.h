#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/run/session.h"
#include "tools/verify/ledger/row.h"

/// Rows whose values come from trained models.
namespace gradzoo {

/// Returns the quantities that `eval` prints for the test examples.
Quantities evaluate_on_test(Session& trained);

/// A trained model of a figure, and its measurement.
struct FigureRun {
  std::string line;  ///< model and settings, "nce data=ring8 seed=1"
  std::function<Quantities(Session&)> measure = evaluate_on_test;
  std::string how = "";  ///< description of `measure` in the row's setting; "" for the default
  bool shared = false;   ///< true if rows share the model, which is then trained once per process
};
using FigureRuns = std::vector<FigureRun>;

/// Returns one run per element of `words`, which is appended to the line.
FigureRuns runs_of(const std::string& line, const std::vector<std::string>& words);
/// Returns one run per seed from 1 to `seeds`.
FigureRuns seeds_of(const std::string& line, int seeds);

/// The quantities of each run, in the order of the runs, and a function from them to the row's value.
using Measured = std::span<const Quantities>;
using FigureValue = std::function<double(Measured)>;

/// Returns the largest, smallest or mean number of the runs; NaN if one of them is NaN.
FigureValue largest(std::function<double(const Quantities&)> number);
FigureValue largest(QuantityInfo quantity);
FigureValue least(QuantityInfo quantity);
FigureValue mean_of(QuantityInfo quantity);
/// Returns the mean over the second half of the runs minus the mean over the first half.
FigureValue rise_of(QuantityInfo quantity);

/// Quantities of all runs of a row that the row's gate must reject.
using Refused = std::function<std::vector<Quantities>()>;
/// Returns these quantities of the runs.
Refused measured_as(std::vector<Quantities> runs);

/// Returns the row that trains the runs and compares their `value` with `gate`. The row's setting is
/// `setting`, and for each run the line and those quantities of `said` that were measured.
Row figure(RowInfo info, FigureRuns runs, FigureValue value, Gate gate, std::string setting,
           std::vector<QuantityInfo> said = {}, std::vector<Planted<Refused>> plants = {});

/// Trains a model in memory and reports each epoch to `context`. The line has the words of `gradzoo train`,
/// MODEL KEY=VALUE ..., "nce data=ring8 seed=1".
std::unique_ptr<Session> train_model(const std::string& line, const RowContext& context);

/// Trains a model as train_model() does, saves the state in context.folder every few epochs, and resumes from
/// there until forget_checkpoint() removes it.
std::unique_ptr<Session> train_resumably(const std::string& line, const RowContext& context);

/// Removes the checkpoint of train_resumably().
void forget_checkpoint(const std::string& line, const RowContext& context);

/// Trains a model once per process, for rows that share it.
Session& trained_once(const std::string& line, const RowContext& context);

}  // namespace gradzoo
