#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "gradzoo/base/clock.h"
#include "gradzoo/base/function_ref.h"

namespace gradzoo {

/// "4:07", "1:02:30".
std::string duration(double seconds);

/// How long work still takes, or that it goes on at all, is said once it has taken so long.
inline constexpr double kPaceSeconds = 3;

/// Where long work says how it goes: on a terminal a line that is written over, anywhere else lines that
/// stay. Where nothing can be written any more (a closed pipe, a full disk) it falls silent: the work goes
/// on.
class LiveLine {
 public:
  /// `out` may be null: nothing is said.
  explicit LiveLine(std::FILE* out);
  ~LiveLine() { clear(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  /// It writes over itself: out is a terminal.
  bool is_live() const { return live_ && out_ != nullptr; }
  /// Shows `text` until something else is said, cut to the terminal's width; nothing unless it is live.
  void show(std::string text);
  /// A line that stays.
  void line(const std::string& text);
  /// Says `what` while `work` goes on, which says nothing itself: with seconds that count up, or, where it
  /// is not live, by one line after kPaceSeconds.
  void during(const std::string& what, FunctionRef<void()> work);
  /// Leaves the terminal clean.
  void clear();

 private:
  void put(const std::string& text);

  std::FILE* out_;
  bool live_;
  bool shown_ = false;
};

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

/// What a training run says while it goes: how long it will take, once that is known; on a terminal one live
/// line with rate and time left, into anything else a line an epoch.
class Progress {
 public:
  /// `out` may be null: nothing is said. `first_step` is where a resumed run goes on.
  Progress(std::FILE* out, int64_t first_step, int64_t steps, int64_t steps_per_epoch,
           Clock clock = steady_seconds);

  /// After some steps: `numbers` with their units, e.g. "bce_kl 105.9 nats/image".
  void step(int64_t step, const std::string& numbers, double examples_per_s);
  /// After an epoch: `summary` also has the validation loss. The line stays.
  void epoch(int64_t step, const std::string& summary);
  /// Says `what` is being done while `work` goes on beside the steps.
  void during(int64_t step, const std::string& what, FunctionRef<void()> work);
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
