#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/collapse_watch.h"
#include "experiments/run_report.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/experiments/sample_watch.h"
#include "gradzoo/models/run/session.h"
#include "gradzoo/plot/drawing.h"

/// What a run shows while it trains, a class for each kind: RunObserver says when.
namespace gradzoo {

/// Work that only shows something: no error of it may end a run.
class Attempts {
 public:
  Attempts(Progress& progress, const Trainer& trainer) : progress_(progress), trainer_(trainer) {}
  /// Does `work`, while the progress line says `doing`. Where it throws Error, `what` is left out of the run,
  /// with a warning, and the answer is false.
  bool attempt(const std::string& doing, const std::string& what, FunctionRef<void()> work);
  void leave_out(const std::string& what, const std::string& why);
  const LeftOut& missing() const { return missing_; }

 private:
  Progress& progress_;
  const Trainer& trainer_;
  LeftOut missing_;
};

/// Measures the model on the images held out, and its samples.
class Validator {
 public:
  /// `watch` measures samples; it may be empty.
  Validator(Session& session, SampleWatch watch, Attempts& attempts);
  bool has_measured() const { return step_ >= 0; }
  /// Measures at `step`, where that has not been done, and hands on each set of numbers when it is known.
  /// Where it has no time samples are left out.
  void measure(int64_t step, FunctionRef<bool()> has_time, FunctionRef<void(const Quantities&)> found);
  /// The last numbers of the images held out, and these with those of samples.
  const Quantities& validated() const { return validated_; }
  Quantities known() const;

 private:
  Session& session_;
  SampleWatch watch_;
  Attempts& attempts_;
  Quantities validated_, watched_;
  int64_t step_ = -1;  // that was measured
};

/// Draws the pictures of a run into its folder.
class PictureWriter {
 public:
  PictureWriter(const RunDirectory& directory, Session& session, Attempts& attempts)
      : directory_(directory), session_(session), attempts_(attempts) {}
  /// An epoch of few images is short: of many epochs some forty are drawn, as many as a report shows, and the
  /// last.
  static bool is_drawn(const Session& session, int64_t step);
  static bool is_written(const RunDirectory& directory, const Session& session, int64_t step);
  /// Samples by one fixed stream, so that the pictures of a run show one development; none where that fails.
  std::optional<Drawing> draw_samples();
  /// Seconds that the last samples took.
  double seconds() const { return seconds_; }
  void write_samples(int64_t step, const Drawing& drawing);
  /// Draws and writes all pictures of the model.
  std::vector<ReportPicture> write_all();

 private:
  const RunDirectory& directory_;
  Session& session_;
  Attempts& attempts_;
  double seconds_ = 0;
};

/// Writes report.html: beside the training it takes no more than a twentieth of the time.
class Reporter {
 public:
  Reporter(const RunDirectory& directory, const RunOptions& options, Session& session, Attempts& attempts)
      : run_{directory, options, session}, attempts_(attempts) {}
  bool is_due() const;
  /// Writes the curves so far, but where that step has its report already. `ended`: why training ended there.
  void write(const Quantities& known, const std::string& ended);
  void write_whole(const Quantities& known, std::string interpretation, std::vector<ReportPicture> pictures);
  /// Levels of the model's curves, once: some models read all training examples for them.
  void find_levels();

 private:
  ReportedRun run_;
  Attempts& attempts_;
  bool levels_found_ = false;
  int64_t step_ = -1;           // of the last report
  double written_ = -INFINITY;  // when that was
  double seconds_ = 0;          // that it took
};

}  // namespace gradzoo
