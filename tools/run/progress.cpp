#include "tools/run/progress.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tools/run/countdown.h"

namespace gradzoo {

Progress::Progress(std::FILE* out, int64_t first_step, int64_t steps, int64_t steps_per_epoch, Clock clock)
    : line_(out),
      first_step_(first_step),
      steps_(steps),
      steps_per_epoch_(steps_per_epoch),
      clock_(std::move(clock)),
      begun_(clock_()) {}

std::string Progress::place(int64_t step) const {
  const int64_t epochs = (steps_ + steps_per_epoch_ - 1) / steps_per_epoch_;
  const int64_t epoch = std::max<int64_t>(1, (step + steps_per_epoch_ - 1) / steps_per_epoch_);
  return fmt::format("epoch {}/{}  step {}/{}", epoch, epochs, step, steps_);
}

void Progress::step(int64_t step, const std::string& numbers, double examples_per_s) {
  examples_per_s_ = examples_per_s;
  const double seconds = clock_() - begun_;
  const double per_step = seconds / static_cast<double>(std::max<int64_t>(1, step - first_step_));
  const double left = per_step * static_cast<double>(steps_ - step);
  if (!told_ && seconds >= kPaceSeconds && left >= kPaceSeconds) {
    told_ = true;
    line_.line(fmt::format("expected: about {} more for {} steps", duration(left), steps_ - step));
  }
  line_.show(fmt::format("{}  {}  {:.0f} examples/s  {} left", place(step), numbers, examples_per_s,
                         duration(left)));
}

void Progress::epoch(int64_t step, const std::string& summary) {
  line_.line(fmt::format("{}  {}  {:.0f} examples/s", place(step), summary, examples_per_s_));
}

}  // namespace gradzoo
