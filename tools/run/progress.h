#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace gradzoo {

/// What a long run says while it goes: on a terminal one live line with rate and time left, into anything
/// else a line an epoch.
class Progress {
 public:
  /// `out` may be null: nothing is said. `first_step` is where a resumed run goes on.
  Progress(std::FILE* out, int64_t first_step, int64_t steps, int64_t steps_per_epoch);

  /// After some steps: `numbers` with their units, e.g. "bce_kl 105.9 nats/image".
  void step(int64_t step, const std::string& numbers, double examples_per_s);
  /// After an epoch: `summary` also tells of validation. The line stays.
  void epoch(int64_t step, const std::string& summary);
  /// A line of its own, e.g. where the pictures are.
  void line(const std::string& text);
  /// Leaves the terminal clean for an error.
  void end() { clear(); }

 private:
  std::string place(int64_t step) const;
  std::string time_left(int64_t step) const;
  void clear();
  void put(const std::string& text);

  std::FILE* out_;
  bool live_;
  bool line_shown_ = false;
  int64_t first_step_, steps_, steps_per_epoch_;
  double examples_per_s_ = 0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace gradzoo
