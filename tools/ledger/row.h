#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace gradzoo {

enum class RowKind { identity, figure };  // a theorem, or a published result

/// What a value must be: |value - target| <= tolerance, value <= bound, or value >= bound. NaN is none of
/// them.
struct Near {
  double target, tolerance;
};
struct AtMost {
  double bound;
};
struct AtLeast {
  double bound;
};
using Gate = std::variant<Near, AtMost, AtLeast>;

/// What a row measured, and what it must be.
struct RowResult {
  double value;
  Gate gate;
  std::string setting;  // the exact setting, spreads and counts included
};

/// How a row may run.
struct RowContext {
  uint64_t seed = 1;
  /// Where long rows keep checkpoints, so that one which was stopped goes on; "": nowhere.
  std::string folder = "";
  /// Called by long rows now and then, with a line on how far they are.
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

struct Row {
  std::string name;  // "vae.kl_closed_form"
  RowKind kind;
  std::string claim;   // what holds
  std::string source;  // theorem or paper
  bool quick;          // runs under --quick
  double expected_seconds;
  RowResult (*measure)(const RowContext& context);
  /// Saves in context.folder now and then, and goes on from there: what may take longer than kLongestAtOnce.
  bool resumes = false;
};

/// Seconds that a row may take which does not resume.
inline constexpr double kLongestAtOnce = 600;

}  // namespace gradzoo
