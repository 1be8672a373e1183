#include "tools/run/live_line.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

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

}  // namespace gradzoo
