#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/run_report.h"
#include "experiments/stop_signal.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/experiments/sample_watch.h"
#include "gradzoo/models/run/session.h"
#include "gradzoo/plot/drawing.h"
#include "gradzoo/state/safetensors.h"

namespace gradzoo {

/// Of the labels that a classifier gives to samples.
inline constexpr QuantityInfo kLabelEntropy{"label_entropy", "nats"};

/// Sees that samples lose kinds that they had: modes that are covered, or labels by a classifier, of which
/// there are as many as e^entropy. It knows of the validations of this process alone.
class CollapseWatch {
 public:
  /// `hint`: what to try; "": nothing is watched.
  explicit CollapseWatch(std::string hint) : hint_(std::move(hint)) {}
  /// After a validation: which count has fallen by 2 and below 3/4 of its highest, and what to try; "" where
  /// none has.
  std::string look(const Quantities& found);

 private:
  std::string hint_;
  double most_modes_ = 0, most_labels_ = 0;
};

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
  bool report_is_due() const;
  void save(int64_t step);
  void measure(int64_t step, bool append);
  std::optional<Drawing> samples();
  void show_epoch(int64_t step);
  void append(int64_t step, const Quantities& quantities);
  bool attempt(const std::string& doing, const std::string& what, FunctionRef<void()> work);
  void leave_out(const std::string& what, const std::string& why);
  bool has_time() const;
  std::vector<ReportPicture> pictures();
  void find_levels();
  Quantities known() const;
  const std::string& model_name() const { return run_.options.entry().name; }
  std::string shown() const;  // on the progress line

  Run run_;
  MetricsLog& metrics_;
  Progress& progress_;
  const StopSignal& stop_;
  std::string numbers_;             // the live metrics, as shown
  Quantities validated_, watched_;  // last
  int64_t measured_step_ = -1, saved_step_, reported_step_ = -1;
  CollapseWatch collapse_;
  LeftOut missing_;
  std::optional<std::vector<CurveLevel>> levels_;  // once found out: some read all training examples
  Effort effort_ = Effort::in_proportion;
  double samples_seconds_ = 0;   // that the last snapshot took
  double trained_ = INFINITY;    // seconds up to the last step, once that is done
  double reported_ = -INFINITY;  // when the last report was written
  double report_seconds_ = 0;    // that it took
  double begun_ = steady_seconds();
};

}  // namespace gradzoo
