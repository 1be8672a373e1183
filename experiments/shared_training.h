#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/models/run/session.h"
#include "gradzoo/nn/parallel/processes.h"

/// Training that several processes share: the first process writes the run, and all of them compute. All
/// functions in this header are collective calls.
namespace gradzoo {

class RunObserver;
class StopSignal;

/// Check that all processes use the same kernels, and have the same text. If one differs, all processes throw
/// Error with the first such process and the difference.
void check_same_kernels(Processes& processes);
void check_same_text(Processes& processes, const std::string& text);
/// Checks that all processes have the same program version, settings, data and kernels, and throws likewise.
void check_same_run(Processes& processes, const RunOptions& options, const std::string& data_sha256);

/// Returns one line per entry of the state: its name and a hash of its bytes.
std::string fingerprint(const State& state);

/// Returns the names of gradzoo's and OpenBLAS's kernels in this process: their rounding depends on both.
std::string kernels_of_this_process();

/// Send the first process's text or state to all processes.
std::string shared_text(Processes& processes, const std::string& text);
void share_state(Processes& processes, State& state);

/// Observes a shared training in one process. The first process passes events to `first`, which writes the
/// run, after it has collected the state of the other processes' rows. If one process gets a stop signal, all
/// stop. Throws Error at a checkpoint if the processes have different weights.
class SharedTrainingObserver final : public TrainObserver {
 public:
  /// `first` is nullptr except in the first process. `checkpoint_every`: see RunObserver::Run.
  SharedTrainingObserver(Processes& processes, Session& session, const StopSignal& stop,
                         int64_t checkpoint_every, RunObserver* first)
      : processes_(processes),
        session_(session),
        stop_(stop),
        checkpoint_every_(checkpoint_every),
        first_(first) {}

  void on_log(const LogRow& row) override;
  void on_finish(FunctionRef<void()> finish) override;
  void on_epoch(int64_t step) override;
  bool should_stop(int64_t step) override;

 private:
  void bring_together();

  Processes& processes_;
  Session& session_;
  const StopSignal& stop_;
  int64_t checkpoint_every_;
  RunObserver* first_;
};

}  // namespace gradzoo
