#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "gradzoo/base/clock.h"
#include "gradzoo/base/function_ref.h"

namespace gradzoo {

/// Returns a duration as "4:07" or "1:02:30".
std::string duration(double seconds);

/// Number of seconds after which long work prints its first message.
inline constexpr double kPaceSeconds = 3;

/// Prints the progress of long work: on a terminal one line that is overwritten, elsewhere lines that remain.
/// If a write fails (closed pipe, full disk), nothing more is printed, and the work continues.
class LiveLine {
 public:
  /// Prints nothing if `out` is null.
  explicit LiveLine(std::FILE* out);
  ~LiveLine() { clear(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  /// True if `out` is a terminal, so that the line can be overwritten.
  bool is_live() const { return live_ && out_ != nullptr; }
  /// Shows `text` until the next output, cut to the terminal's width. Prints nothing unless is_live().
  void show(std::string text);
  /// Prints a line that remains.
  void line(const std::string& text);
  /// Runs `work`, which prints nothing itself, and shows `what` meanwhile: on a terminal with a counter of
  /// seconds, elsewhere as one line after kPaceSeconds.
  void during(const std::string& what, FunctionRef<void()> work);
  /// Removes the overwritable line from the terminal.
  void clear();

 private:
  void put(const std::string& text);

  std::FILE* out_;
  bool live_;
  bool shown_ = false;
};

/// Prints the progress of a long computation: on a terminal one line with the remaining time, elsewhere one
/// line when the speed is known.
class Countdown {
 public:
  /// Prints nothing if `out` is null.
  Countdown(std::FILE* out, std::string what, Clock clock = steady_seconds);
  /// Reports that the fraction `share` of the work is done, in [0, 1].
  void done(double share);

 private:
  LiveLine line_;
  std::string what_;
  Clock clock_;
  double begun_;
  bool told_ = false;
};

/// Prints the progress of a training run: its expected duration when that is known, then on a terminal one
/// line with the speed and the remaining time, elsewhere one line per epoch.
class Progress {
 public:
  /// Prints nothing if `out` is null.
  Progress(std::FILE* out, int64_t steps, int64_t steps_per_epoch, Clock clock = steady_seconds);

  /// Call it after some steps. `numbers` has units, e.g. "bce_kl 105.9 nats/image". The remaining time
  /// follows from the steps between this call and the first one.
  void step(int64_t step, const std::string& numbers, double examples_per_s);
  /// Call it after an epoch. `summary` also has the validation loss; the line remains.
  void epoch(int64_t step, const std::string& summary);
  /// Runs `work` between two steps and shows `what` meanwhile.
  void during(int64_t step, const std::string& what, FunctionRef<void()> work);
  /// Prints a separate line, e.g. the place of the pictures.
  void line(const std::string& text) { line_.line(text); }
  /// Clears the terminal's line, so that an error can follow.
  void end() { line_.clear(); }

 private:
  std::string place(int64_t step) const;

  LiveLine line_;
  int64_t steps_, steps_per_epoch_, first_step_ = 0;
  double examples_per_s_ = 0;
  Clock clock_;
  std::optional<double> begun_;  // time of the first call of step()
  bool told_ = false;            // true if the expected duration was printed
};

}  // namespace gradzoo
