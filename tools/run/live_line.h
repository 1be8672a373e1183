#pragma once

#include <cstdio>
#include <string>

namespace gradzoo {

/// "4:07", "1:02:30".
std::string duration(double seconds);

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
  /// Leaves the terminal clean.
  void clear();

 private:
  void put(const std::string& text);

  std::FILE* out_;
  bool live_;
  bool shown_ = false;
};

}  // namespace gradzoo
