#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/run/session.h"
#include "tools/verify/ledger/row.h"

/// Rows that are numbers of trained models: a table.
namespace gradzoo {

/// What `eval` would print of the test examples.
Quantities evaluate_on_test(Session& trained);

/// A model that a figure looks at.
struct FigureRun {
  std::string line;  // what it trains, "nce data=ring8 seed=1"
  std::function<Quantities(Session&)> measure = evaluate_on_test;
  std::string how = "";  // what the setting says of `measure`, where it is another one
  bool shared = false;   // other rows look at the same model: it is trained once in a process
};
using FigureRuns = std::vector<FigureRun>;

/// The line with each of these words in turn, a run each.
FigureRuns runs_of(const std::string& line, const std::vector<std::string>& words);
/// The line with seeds 1 to `seeds`.
FigureRuns seeds_of(const std::string& line, int seeds);

/// A number of what was measured of each run, in the order of the runs.
using Measured = std::span<const Quantities>;
using FigureValue = std::function<double(Measured)>;

/// The largest, least and mean of a number of each run: NaN where one is.
FigureValue largest(std::function<double(const Quantities&)> number);
FigureValue largest(QuantityInfo quantity);
FigureValue least(QuantityInfo quantity);
FigureValue mean_of(QuantityInfo quantity);
/// Its mean over the later half of the runs, less that over the first.
FigureValue rise_of(QuantityInfo quantity);

/// What could be measured of as many runs as the row has, and which it must refuse.
using Refused = std::function<std::vector<Quantities>()>;
/// These numbers of each run.
Refused measured_as(std::vector<Quantities> runs);

/// The row that trains the runs and holds `value` of them against `gate`. `setting` says what lines and
/// numbers do not; `said` are numbers of each run that the setting tells, where they were measured.
Row figure(RowInfo info, FigureRuns runs, FigureValue value, Gate gate, std::string setting,
           std::vector<QuantityInfo> said = {}, std::vector<Planted<Refused>> plants = {});

/// Models that rows look at. A line is what `gradzoo train` would train, "nce data=ring8 seed=1": MODEL
/// KEY=VALUE ....

/// Trains a line in memory, and tells `context` of each epoch.
std::unique_ptr<Session> train_model(const std::string& line, const RowContext& context);

/// The same for a long row: every few epochs the state is saved in context.folder under the line's name, and
/// training goes on from what is there, until it is forgotten.
std::unique_ptr<Session> train_resumably(const std::string& line, const RowContext& context);

/// Removes what train_resumably saved: a row that has its result starts anew the next time.
void forget_checkpoint(const std::string& line, const RowContext& context);

/// The same once in a process, for rows that look at the same model.
Session& trained_once(const std::string& line, const RowContext& context);

}  // namespace gradzoo
