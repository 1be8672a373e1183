#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "tools/clock.h"
#include "tools/run/live_line.h"

namespace gradzoo {

/// What a training run says while it goes: how long it will take, once that is known; on a terminal one live
/// line with rate and time left, into anything else a line an epoch.
class Progress {
 public:
  /// `out` may be null: nothing is said. `first_step` is where a resumed run goes on.
  Progress(std::FILE* out, int64_t first_step, int64_t steps, int64_t steps_per_epoch,
           Clock clock = steady_seconds);

  /// After some steps: `numbers` with their units, e.g. "bce_kl 105.9 nats/image".
  void step(int64_t step, const std::string& numbers, double examples_per_s);
  /// After an epoch: `summary` also tells of validation. The line stays.
  void epoch(int64_t step, const std::string& summary);
  /// A line of its own, e.g. where the pictures are.
  void line(const std::string& text) { line_.line(text); }
  /// Leaves the terminal clean for an error.
  void end() { line_.clear(); }

 private:
  std::string place(int64_t step) const;

  LiveLine line_;
  int64_t first_step_, steps_, steps_per_epoch_;
  double examples_per_s_ = 0;
  Clock clock_;
  double begun_;
  bool told_ = false;  // how long it will take
};

}  // namespace gradzoo
