#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "gradzoo/experiments/sample_watch.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {

/// What a training run is asked for.
struct TrainRequest {
  std::string model = {};                     // "": as the config file or the resumed run says
  std::string config = {};                    // a config.toml to start from; "": none
  std::vector<std::string> assignments = {};  // key=value, the later one wins
  std::string out = {};                       // the run directory; "": the next free runs/<model>-<n>
  bool resume = false;                        // go on with the run in `out`
  int64_t checkpoint_every = 0;               // steps between checkpoints beside those at epochs; 0: none
  std::FILE* progress = nullptr;              // where progress is printed; nullptr: nowhere
  WatchMaker watch = {};                      // what measures samples; empty: nothing does
  Processes& processes = this_process();      // that share the work; the first of them writes the run
};

struct TrainOutcome {
  std::string directory;
  int64_t step = 0;
  bool finished = false;  // false: a signal stopped it; the checkpoint is of that step
};

/// Trains in a new run directory, or goes on with one, up to its last step or a signal (StopSignal): metrics,
/// samples after each epoch, checkpoints with a report of the curves so far, and at the end pictures and the
/// whole report. What a resumed run ends
/// with is bit for bit what the uninterrupted one does. A resumed run keeps its settings, but `epochs` or
/// `steps` may grow; it then goes on as if it had been asked for as many from the start (a schedule or
/// warm-up that stretches over the run is stretched from there on). The test images are never read. Throws
/// Error; what was not begun leaves nothing behind, what was begun keeps its last checkpoint.
TrainOutcome train_run(const TrainRequest& request);

/// Makes pictures and report of a run anew, as of its checkpoint, with a warning for what cannot be made.
/// Throws Error as a resumed run does. `progress`: where it is printed; nullptr: nowhere. `watch` makes what
/// measures samples, as in TrainRequest.
void renew_report(const std::string& directory, std::FILE* progress, const WatchMaker& watch = {});

}  // namespace gradzoo
