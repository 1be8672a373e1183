#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "gradzoo/experiments/sample_watch.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {

/// The arguments of train_run().
struct TrainRequest {
  std::string model = {};                     // name; "": the model of the config file or of the resumed run
  std::string config = {};                    // path of a config.toml with settings; "": none
  std::vector<std::string> assignments = {};  // key=value; the last value of a key is used
  std::string out = {};                       // the run directory; "": the next free runs/<model>-<n>
  bool resume = false;                        // continue the run in `out`
  int64_t checkpoint_every = 0;               // steps between additional checkpoints; 0: only at epochs
  std::FILE* progress = nullptr;              // stream for progress lines; may be null
  WatchMaker watch = {};                      // measures samples; may be empty
  Processes& processes = this_process();      // share the work; the first one writes the run
};

/// The result of train_run().
struct TrainOutcome {
  std::string directory;
  int64_t step = 0;
  bool finished = false;  // false: a signal stopped training at `step`
};

/// Trains a new or a resumed run up to its last step or a signal (StopSignal). Writes metrics, samples after
/// each epoch, checkpoints with a report of the curves so far, and at the end the pictures and the whole
/// report. The result of a resumed run is bit-identical to the result of an uninterrupted one. A resumed run
/// keeps its settings, except that `epochs` or `steps` may grow; training then continues as if the run had
/// started with the new length (schedules and warm-ups over the whole run are stretched from this step on).
/// Test images are never read. Throws Error; a run that did not start leaves no files, and a run that did
/// keeps its last checkpoint.
TrainOutcome train_run(const TrainRequest& request);

/// Makes the pictures and the report of a run again, from its checkpoint. Prints a warning for each part that
/// fails. Throws Error in the same cases as resuming. `progress` and `watch` are those of TrainRequest.
void renew_report(const std::string& directory, std::FILE* progress, const WatchMaker& watch = {});

}  // namespace gradzoo
