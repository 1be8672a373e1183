#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "experiments/collapse_watch.h"
#include "experiments/run_parts.h"
#include "experiments/stop_signal.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/experiments/sample_watch.h"
#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// Writes the files of a run during training. After each epoch it writes the checkpoint, the validation
/// results and a picture of samples from the same random numbers, so that pictures are comparable. If a
/// result cannot be measured or drawn, a warning appears on the terminal and in the report, and training
/// continues. Reports take at most a twentieth of the training time.
class RunObserver : public TrainObserver {
 public:
  struct Run {
    const RunDirectory& directory;
    const RunOptions& options;
    Session& session;
    int64_t checkpoint_every = 0;  // steps between checkpoints; 0: only at epochs
    double seconds_before = 0;     // training time before this process resumed the run
    SampleWatch watch = {};        // measures samples; may be empty
  };
  /// The amount of work in finish().
  enum class Effort {
    in_proportion,  // no pictures that take long compared with training
    everything
  };

  /// Requires that the checkpoint on disk has the session's step.
  RunObserver(const Run& run, MetricsLog& metrics, Progress& progress, const StopSignal& stop);

  void on_log(const LogRow& row) override;
  void on_finish(FunctionRef<void()> finish) override;
  void on_epoch(int64_t step) override;
  bool should_stop(int64_t step) override;
  /// True if the session is at the end of an epoch and some results of the epoch are missing, because the
  /// process was killed.
  static bool is_owed_an_epoch(const RunDirectory& directory, const Session& session);
  /// Writes the missing results of that epoch.
  void catch_up();
  /// Returns the step of the checkpoint on disk.
  int64_t saved_step() const { return saved_step_; }
  /// Writes the report of the current step, unless it exists. `ended` is the reason why training ended.
  void report(const std::string& ended = "");
  /// Draws the model's pictures, measures the missing results of the current step, and writes the whole
  /// report. Returns the parts that the report lacks.
  LeftOut finish(Effort effort);

 private:
  double seconds() const;
  void save(int64_t step);
  void measure(int64_t step, FunctionRef<void(const Quantities&)> found);
  void show_epoch(int64_t step);
  void append(int64_t step, const Quantities& quantities);
  bool has_time() const;
  std::string shown() const;  // text of the progress line

  Run run_;
  MetricsLog& metrics_;
  Progress& progress_;
  const StopSignal& stop_;
  Attempts attempts_;
  Validator validator_;
  PictureWriter pictures_;
  Reporter reporter_;
  CollapseWatch collapse_;
  std::string numbers_;  // live metrics as text
  int64_t saved_step_;
  Effort effort_ = Effort::in_proportion;
  double trained_ = INFINITY;  // training time at the last step, in seconds
  double begun_ = steady_seconds();
};

}  // namespace gradzoo
