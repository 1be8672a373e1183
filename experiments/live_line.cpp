#include "gradzoo/experiments/live_line.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

size_t terminal_columns(std::FILE* out) {
  winsize size{};
  return ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string duration(double seconds) {
  const int64_t whole = std::lround(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

LiveLine::LiveLine(std::FILE* out) : out_(out), live_(out != nullptr && ::isatty(::fileno(out)) == 1) {}

void LiveLine::show(std::string text) {
  if (!is_live()) return;
  text = printable(text);
  text.resize(std::min(text.size(), terminal_columns(out_) - 1));
  put(fmt::format("\r{}\x1b[K", text));
  shown_ = true;
}

void LiveLine::line(const std::string& text) {
  clear();
  put(printable(text) + '\n');
}

void LiveLine::during(const std::string& what, FunctionRef<void()> work) {
  if (out_ == nullptr) return work();
  std::promise<void> end;
  const std::future<void> ended = end.get_future();
  const std::future<void> teller = std::async(std::launch::async, [&] {
    const auto goes_on_after = [&](double seconds) {
      return ended.wait_for(std::chrono::duration<double>(seconds)) == std::future_status::timeout;
    };
    constexpr double kFlicker = 0.2;  // what is done at once is not shown
    const double begun = steady_seconds();
    if (!is_live() && goes_on_after(kPaceSeconds)) return line(what);
    for (double pause = kFlicker; is_live() && goes_on_after(pause); pause = 1)
      show(fmt::format("{}  {}", what, duration(steady_seconds() - begun)));
  });
  const std::promise<void> until_here = std::move(end);  // ends with the work, however that ends
  work();
}

void LiveLine::clear() {
  if (!shown_) return;
  put("\r\x1b[K");
  shown_ = false;
}

void LiveLine::put(const std::string& text) {
  if (out_ == nullptr || (std::fputs(text.c_str(), out_) >= 0 && std::fflush(out_) == 0)) return;
  std::clearerr(out_);
  out_ = nullptr;
}

Countdown::Countdown(std::FILE* out, std::string what, Clock clock)
    : line_(out), what_(std::move(what)), clock_(std::move(clock)), begun_(clock_()) {}

void Countdown::done(double share) {
  if (share >= 1) return line_.clear();
  const double seconds = clock_() - begun_;
  if (share <= 0 || seconds < kPaceSeconds) return;
  const std::string left = duration(seconds / share * (1 - share));
  if (line_.is_live()) return line_.show(fmt::format("{}: {:.0f} %, {} left", what_, 100 * share, left));
  if (!std::exchange(told_, true)) line_.line(fmt::format("{}: about {} to go", what_, left));
}

Progress::Progress(std::FILE* out, int64_t steps, int64_t steps_per_epoch, Clock clock)
    : line_(out), steps_(steps), steps_per_epoch_(steps_per_epoch), clock_(std::move(clock)) {}

std::string Progress::place(int64_t step) const {
  const int64_t epochs = (steps_ + steps_per_epoch_ - 1) / steps_per_epoch_;
  const int64_t epoch = std::max<int64_t>(1, (step + steps_per_epoch_ - 1) / steps_per_epoch_);
  return fmt::format("epoch {}/{}  step {}/{}", epoch, epochs, step, steps_);
}

void Progress::step(int64_t step, const std::string& numbers, double examples_per_s) {
  examples_per_s_ = examples_per_s;
  std::string text = fmt::format("{}  {}  {:.0f} examples/s", place(step), numbers, examples_per_s);
  // What comes before the first steps, such as drawing samples, can take as long as a thousand steps.
  if (!begun_) {
    begun_ = clock_();
    first_step_ = step;
  } else {
    const double seconds = clock_() - *begun_;
    const double per_step = seconds / static_cast<double>(std::max<int64_t>(1, step - first_step_));
    const double left = per_step * static_cast<double>(steps_ - step);
    if (!told_ && seconds >= kPaceSeconds && left >= kPaceSeconds) {
      told_ = true;
      line_.line(fmt::format("expected: about {} more for {} steps", duration(left), steps_ - step));
    }
    text += fmt::format("  {} left", duration(left));
  }
  line_.show(std::move(text));
}

void Progress::epoch(int64_t step, const std::string& summary) {
  line_.line(fmt::format("{}  {}  {:.0f} examples/s", place(step), summary, examples_per_s_));
}

void Progress::during(int64_t step, const std::string& what, FunctionRef<void()> work) {
  line_.during(fmt::format("{}  {}", place(step), what), work);
}

}  // namespace gradzoo
