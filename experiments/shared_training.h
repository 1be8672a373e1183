#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/models/run/session.h"
#include "gradzoo/nn/parallel/processes.h"

/// A training that several processes share: the first one writes the run, the others compute beside it. All
/// functions here are collective calls.
namespace gradzoo {

class RunObserver;
class StopSignal;

/// What must be the same everywhere: the kernels, and the lines of a text. Throw Error, in all processes,
/// naming the first that differs and what.
void check_same_kernels(Processes& processes);
void check_same_text(Processes& processes, const std::string& text);
/// The same of a training: the program's version, the settings, the data, the kernels.
void check_same_run(Processes& processes, const RunOptions& options, const std::string& data_sha256);

/// A line for each entry: its name and a hash of its bytes.
std::string fingerprint(const State& state);

/// Which kernels compute here, ours and OpenBLAS's: each pair rounds in its own way.
std::string kernels_of_this_process();

/// The first process's become those of all.
std::string shared_text(Processes& processes, const std::string& text);
void share_state(Processes& processes, State& state);

/// What a process observes of a shared training: the first lets `first` show and save it, when it has what
/// belongs to rows from all; all stop where any is asked to. Where processes come to different weights, which
/// is seen with each checkpoint, it throws Error.
class SharedTrainingObserver final : public TrainObserver {
 public:
  /// `first`: nullptr in all but the first process. `checkpoint_every` as RunObserver has it.
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
