#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/run/session.h"
#include "tools/clock.h"
#include "tools/run/collapse_watch.h"
#include "tools/run/metrics_log.h"
#include "tools/run/progress.h"
#include "tools/run/run_directory.h"
#include "tools/run/stop_signal.h"
#include "tools/run/training.h"

namespace gradzoo {

/// Writes a checkpoint of the whole state; any Python user can open it.
void save_run_checkpoint(const RunDirectory& directory, const State& state, const std::string& model,
                         const DataShape& shape);

/// What a run writes while it trains. After each epoch: validation, a snapshot by one fixed stream, so that
/// the pictures show one development, and then the checkpoint, so that nothing of what lies before it can be
/// missing. A report follows a checkpoint, but takes no more than a twentieth of the time.
class RunObserver : public TrainObserver {
 public:
  struct Run {
    const RunDirectory& directory;
    const RunOptions& options;
    Session& session;
    int64_t checkpoint_every;  // steps; 0: at epochs alone
    double seconds_before;     // of training, before this process went on with it
    SampleWatch watch = {};    // what measures samples; may be empty
  };

  /// The checkpoint on disk is of the step where the session stands.
  RunObserver(const Run& run, MetricsLog& metrics, Progress& progress, const StopSignal& stop);

  void on_log(const LogRow& row) override;
  void on_epoch(int64_t step) override;
  bool should_stop(int64_t step) override;
  /// The step of the checkpoint on disk.
  int64_t saved_step() const { return saved_step_; }
  /// Writes a checkpoint, and the report where its time has come. Throws Error where the run's directory is
  /// not at its path any more.
  void save(int64_t step);
  /// Writes the report of the step reached, but where it is there already. `ended`: why training ended there.
  void report(const std::string& ended = "");
  /// What is measured of samples at the run's end; empty where nothing measures them.
  Quantities watched_at_end();

 private:
  double seconds() const;
  bool report_is_due() const;
  void validate(int64_t step);
  void watch(int64_t step);
  void append(int64_t step, const Quantities& quantities);
  const std::string& model_name() const { return run_.options.entry().name; }
  std::string shown() const;  // on the progress line

  Run run_;
  MetricsLog& metrics_;
  Progress& progress_;
  const StopSignal& stop_;
  std::string numbers_;   // the live metrics, as shown
  Quantities validated_;  // by the last validation
  int64_t saved_step_, reported_step_ = -1, watched_step_ = -1;
  Quantities watched_;
  CollapseWatch collapse_;
  std::optional<std::vector<CurveLevel>> levels_;  // once found out: some read all training examples
  double reported_ = -INFINITY;                    // when the last report was written
  double report_seconds_ = 0;                      // that it took
  double begun_ = steady_seconds();
};

}  // namespace gradzoo
