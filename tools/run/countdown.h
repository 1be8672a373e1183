#pragma once

#include <cstdio>
#include <string>

#include "tools/clock.h"
#include "tools/run/live_line.h"

namespace gradzoo {

/// How long work still takes, said once its pace is known: after kPaceSeconds.
inline constexpr double kPaceSeconds = 3;

/// What a long computation says while it goes: on a terminal a live line with the time left, into anything
/// else one line, when its pace is known.
class Countdown {
 public:
  /// `out` may be null: nothing is said.
  Countdown(std::FILE* out, std::string what, Clock clock = steady_seconds);
  /// `share` of the work is done, in [0, 1].
  void done(double share);

 private:
  LiveLine line_;
  std::string what_;
  Clock clock_;
  double begun_;
  bool told_ = false;
};

}  // namespace gradzoo
