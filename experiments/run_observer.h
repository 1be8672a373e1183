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

/// What a run writes while it trains. After each epoch: the checkpoint, then what the run shows: validation
/// and a snapshot by one fixed stream, so that the pictures show one development. What cannot be measured or
/// drawn is left out with a warning, here and in the report; training goes on. A report follows, but takes
/// no more than a twentieth of the time.
class RunObserver : public TrainObserver {
 public:
  struct Run {
    const RunDirectory& directory;
    const RunOptions& options;
    Session& session;
    int64_t checkpoint_every = 0;  // steps; 0: at epochs alone
    double seconds_before = 0;     // of training, before this process went on with it
    SampleWatch watch = {};        // what measures samples; may be empty
  };
  /// What finish() shows.
  enum class Effort {
    in_proportion,  // pictures, but where they would take long beside the training
    everything
  };

  /// The checkpoint on disk is of the step where the session stands.
  RunObserver(const Run& run, MetricsLog& metrics, Progress& progress, const StopSignal& stop);

  void on_log(const LogRow& row) override;
  void on_finish(FunctionRef<void()> finish) override;
  void on_epoch(int64_t step) override;
  bool should_stop(int64_t step) override;
  /// Whether the step reached is an epoch's end of which not all was shown: the process was killed meanwhile.
  static bool is_owed_an_epoch(const RunDirectory& directory, const Session& session);
  /// Shows that epoch.
  void catch_up();
  /// The step of the checkpoint on disk.
  int64_t saved_step() const { return saved_step_; }
  /// Writes the report of the step reached, but where it is there already. `ended`: why training ended there.
  void report(const std::string& ended = "");
  /// Draws the model's pictures, measures what is not known yet of the step reached, and writes the whole
  /// report. Returns what is not in it.
  LeftOut finish(Effort effort);

 private:
  double seconds() const;
  void save(int64_t step);
  void measure(int64_t step, FunctionRef<void(const Quantities&)> found);
  void show_epoch(int64_t step);
  void append(int64_t step, const Quantities& quantities);
  bool has_time() const;
  std::string shown() const;  // on the progress line

  Run run_;
  MetricsLog& metrics_;
  Progress& progress_;
  const StopSignal& stop_;
  Attempts attempts_;
  Validator validator_;
  PictureWriter pictures_;
  Reporter reporter_;
  CollapseWatch collapse_;
  std::string numbers_;  // the live metrics, as shown
  int64_t saved_step_;
  Effort effort_ = Effort::in_proportion;
  double trained_ = INFINITY;  // seconds up to the last step, once that is done
  double begun_ = steady_seconds();
};

}  // namespace gradzoo
