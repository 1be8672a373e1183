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

/// The parts of a RunObserver: they measure, draw and report, and RunObserver decides when.
namespace gradzoo {

/// Does work that only shows something. Its errors never end a run.
class Attempts {
 public:
  Attempts(Progress& progress, const Trainer& trainer) : progress_(progress), trainer_(trainer) {}
  /// Runs `work`; the progress line shows `doing` meanwhile. If `work` throws Error, prints a warning, lists
  /// `what` as missing and returns false.
  bool attempt(const std::string& doing, const std::string& what, FunctionRef<void()> work);
  /// Lists `what` as missing from the report, with the reason.
  void leave_out(const std::string& what, const std::string& why);
  const LeftOut& missing() const { return missing_; }

 private:
  Progress& progress_;
  const Trainer& trainer_;
  LeftOut missing_;
};

/// Measures the model: the loss on the held-out images, and the quality of its samples.
class Validator {
 public:
  /// `watch` measures samples; it may be empty.
  Validator(Session& session, SampleWatch watch, Attempts& attempts);
  bool has_measured() const { return step_ >= 0; }
  /// Measures once per step, and passes each set of results to `found`. Samples are left out if has_time()
  /// returns false after the validation.
  void measure(int64_t step, FunctionRef<bool()> has_time, FunctionRef<void(const Quantities&)> found);
  /// Returns the last results on the held-out images; known() adds those of the samples.
  const Quantities& validated() const { return validated_; }
  Quantities known() const;

 private:
  Session& session_;
  SampleWatch watch_;
  Attempts& attempts_;
  Quantities validated_, watched_;
  int64_t step_ = -1;  // the last step measured
};

/// Draws the pictures of a run and writes them into its folder.
class PictureWriter {
 public:
  PictureWriter(const RunDirectory& directory, Session& session, Attempts& attempts)
      : directory_(directory), session_(session), attempts_(attempts) {}
  /// True if the samples of this epoch are drawn: all epochs if there are at most 40, otherwise about 40 and
  /// the last one. A report shows no more.
  static bool is_drawn(const Session& session, int64_t step);
  static bool is_written(const RunDirectory& directory, const Session& session, int64_t step);
  /// Draws samples from the same random numbers each time, so that the pictures of a run are comparable.
  /// Returns nothing if that fails.
  std::optional<Drawing> draw_samples();
  /// Returns the seconds that the last draw_samples() took.
  double seconds() const { return seconds_; }
  void write_samples(int64_t step, const Drawing& drawing);
  /// Draws and writes all pictures of the model, and returns them with their captions.
  std::vector<ReportPicture> write_all();

 private:
  const RunDirectory& directory_;
  Session& session_;
  Attempts& attempts_;
  double seconds_ = 0;
};

/// Writes report.html. During training it takes at most a twentieth of the time.
class Reporter {
 public:
  Reporter(const RunDirectory& directory, const RunOptions& options, Session& session, Attempts& attempts)
      : run_{directory, options, session}, attempts_(attempts) {}
  bool is_due() const;
  /// Writes a report of the curves so far, unless this step has one. `ended` is the reason why training
  /// ended here, or empty.
  void write(const Quantities& known, const std::string& ended);
  void write_whole(const Quantities& known, std::string interpretation, std::vector<ReportPicture> pictures);
  /// Computes the levels of the model's curves, once: some models read all training examples for them.
  void find_levels();

 private:
  void write_now(const Quantities& known);

  ReportedRun run_;
  Attempts& attempts_;
  bool levels_found_ = false;
  int64_t step_ = -1;           // step of the last report
  double written_ = -INFINITY;  // time of the last report
  double seconds_ = 0;          // duration of writing it
};

}  // namespace gradzoo
