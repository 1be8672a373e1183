#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "models/run/session.h"
#include "tools/run/metrics_log.h"
#include "tools/run/progress.h"
#include "tools/run/run_directory.h"
#include "tools/run/sample_watch.h"
#include "tools/run/stop_signal.h"

namespace gradzoo {

/// Writes a checkpoint of the whole state; any Python user can open it.
void save_run_checkpoint(const RunDirectory& directory, const State& state, const std::string& model,
                         const DataShape& shape);

/// What a run writes while it trains. After each epoch: validation, a snapshot by one fixed stream, so that
/// the pictures show one development, and last the checkpoint, so that nothing of what lies before it can be
/// missing.
class RunObserver : public TrainObserver {
 public:
  struct Run {
    const RunDirectory& directory;
    const RunOptions& options;
    Session& session;
    int64_t checkpoint_every;  // steps; 0: at epochs alone
    double seconds_before;     // of training, before this process went on with it
  };

  /// The checkpoint on disk is of the step where the session stands.
  RunObserver(const Run& run, MetricsLog& metrics, Progress& progress, const StopSignal& stop);

  void on_log(const LogRow& row) override;
  void on_epoch(int64_t step) override;
  bool should_stop(int64_t step) override;
  /// The step of the checkpoint on disk.
  int64_t saved_step() const { return saved_step_; }
  void save(int64_t step);
  /// What was last measured of samples; empty where nothing measures them.
  const Quantities& watched() const { return watched_; }

 private:
  double seconds() const;
  void validate(int64_t step);
  void watch(int64_t step);
  void append(int64_t step, const Quantities& quantities);
  const std::string& model_name() const { return run_.options.entry().name; }
  std::string shown() const;  // on the progress line

  Run run_;
  MetricsLog& metrics_;
  Progress& progress_;
  const StopSignal& stop_;
  std::string numbers_;    // the live metrics, as shown
  std::string validated_;  // what the last validation gave, as shown
  int64_t saved_step_;
  SampleWatch watch_;
  Quantities watched_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace gradzoo
