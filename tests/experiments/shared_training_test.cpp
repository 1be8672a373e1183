#include "gradzoo/experiments/shared_training.h"

#include <doctest/doctest.h>

#include "experiments/small_runs.h"
#include "experiments/stop_signal.h"
#include "support/error_message.h"
#include "support/thread_processes.h"

namespace gradzoo {

TEST_CASE("processes that come to different weights are told at a checkpoint, which entry and whose") {
  const StopSignal stop;
  for (const bool same : {true, false}) {
    std::string changed;
    const auto failures = test::as_processes(3, [&](Processes& processes) {
      const auto options = run_options("ebm", std::vector<std::string>{"data=ring8", "hidden=4", "steps=5"});
      Session session(*options, {.processes = &processes});
      if (!same && processes.rank() == 2) {
        const State::Entry& entry = session.state.entries()[1];
        changed = entry.name;
        Tensor values = std::get<Tensor>(entry.target);
        values.mutable_data<float>()[0] += 1e-6F;
      }
      SharedTrainingObserver observer(processes, session, stop, 0, nullptr);
      observer.on_epoch(0);
    });
    for (const std::string& failure : failures) {
      if (same)
        CHECK(failure.empty());
      else
        CHECK(test::contains(failure, "process 2 has another " + changed + " than process 0"));
    }
  }
}

TEST_CASE("texts and states of the first become those of all") {
  const auto failures = test::as_processes(3, [&](Processes& processes) {
    const auto mine = static_cast<double>(processes.rank());
    CHECK(shared_text(processes, processes.is_first() ? "settings" : "") == "settings");
    Tensor weights = full({3}, mine);
    int64_t step = processes.rank();
    State state;
    state.add("weights", weights);
    state.add("step", step);
    share_state(processes, state);
    CHECK(weights.to_vector() == std::vector<double>{0, 0, 0});
    CHECK(step == 0);
  });
  CHECK(test::all_well(failures));
}

}  // namespace gradzoo
