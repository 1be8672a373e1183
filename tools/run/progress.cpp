#include "tools/run/progress.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace gradzoo {
namespace {

size_t terminal_columns(std::FILE* out) {
  winsize size{};
  return ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string duration(double seconds) {
  const int64_t whole = std::lround(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

Progress::Progress(std::FILE* out, int64_t first_step, int64_t steps, int64_t steps_per_epoch)
    : out_(out),
      live_(out != nullptr && ::isatty(::fileno(out)) == 1),
      first_step_(first_step),
      steps_(steps),
      steps_per_epoch_(steps_per_epoch) {}

std::string Progress::place(int64_t step) const {
  const int64_t epochs = (steps_ + steps_per_epoch_ - 1) / steps_per_epoch_;
  const int64_t epoch = std::max<int64_t>(1, (step + steps_per_epoch_ - 1) / steps_per_epoch_);
  return fmt::format("epoch {}/{}  step {}/{}", epoch, epochs, step, steps_);
}

std::string Progress::time_left(int64_t step) const {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  const double per_step = seconds / static_cast<double>(std::max<int64_t>(1, step - first_step_));
  return duration(per_step * static_cast<double>(steps_ - step));
}

void Progress::step(int64_t step, const std::string& numbers, double examples_per_s) {
  examples_per_s_ = examples_per_s;
  if (!live_ || out_ == nullptr) return;
  std::string text = fmt::format("{}  {}  {:.0f} examples/s  {} left", place(step), numbers, examples_per_s,
                                 time_left(step));
  text.resize(std::min(text.size(), terminal_columns(out_) - 1));
  put(fmt::format("\r{}\x1b[K", text));
  line_shown_ = true;
}

void Progress::epoch(int64_t step, const std::string& summary) {
  line(fmt::format("{}  {}  {:.0f} examples/s", place(step), summary, examples_per_s_));
}

void Progress::line(const std::string& text) {
  clear();
  put(text + '\n');
}

void Progress::clear() {
  if (!line_shown_) return;
  put("\r\x1b[K");
  line_shown_ = false;
}

// Where nothing can be written any more (a closed pipe, a full disk) it falls silent: training goes on, and
// what the run is for lies in its directory.
void Progress::put(const std::string& text) {
  if (out_ == nullptr || (std::fputs(text.c_str(), out_) >= 0 && std::fflush(out_) == 0)) return;
  std::clearerr(out_);
  out_ = nullptr;
}

}  // namespace gradzoo
