#include "tools/run/countdown.h"

#include <utility>

#include <fmt/format.h>

namespace gradzoo {

Countdown::Countdown(std::FILE* out, std::string what, Clock clock)
    : line_(out), what_(std::move(what)), clock_(std::move(clock)), begun_(clock_()) {}

void Countdown::done(double share) {
  const double seconds = clock_() - begun_;
  if (share <= 0 || share >= 1 || seconds < kPaceSeconds) return;
  const std::string left = duration(seconds / share * (1 - share));
  if (line_.is_live()) return line_.show(fmt::format("{}: {:.0f} %, {} left", what_, 100 * share, left));
  if (!std::exchange(told_, true)) line_.line(fmt::format("{}: about {} to go", what_, left));
}

}  // namespace gradzoo
