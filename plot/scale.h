#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradzoo {

struct Range {
  double low = 0, high = 1;
};

/// Maps data to 0 ... 1 along an axis, straight or by logarithm.
struct Scale {
  Range range = {};
  bool logarithmic = false;

  /// 0 at range.low, 1 at range.high, beyond them outside. NaN for NaN, and for values <= 0 on a logarithmic
  /// axis.
  double fraction(double value) const;
};

struct Tick {
  double value = 0;
  std::string label = {};
};

/// Ticks at round values within the axis's range, ascending: multiples of 1, 2, 2.5 or 5 times a power of
/// ten, at least two and about `count` of them; on a logarithmic axis powers of ten, with 2 and 5 between
/// where few decades are shown.
std::vector<Tick> ticks(const Scale& scale, int count);

/// The range of the finite values (positive ones alone if `logarithmic`), never empty: a single value gets
/// room around it, no value at all gives 0 ... 1 (1 ... 10 if logarithmic).
Range range_of(std::span<const double> values, bool logarithmic = false);

/// As range_of, but where a few values (2 % at either end, of at least 20) would leave less than a quarter of
/// the axis to the others, as the first steps of a training curve do, the range is that of the others.
Range focused_range(std::span<const double> values, bool logarithmic = false);

/// A little air at both ends.
Range padded(const Scale& scale, double share);

/// At most `digits` significant digits, thousands as k and millions as M where that is shorter: 0.25, 105.6,
/// 60k.
std::string short_number(double value, int digits = 4);

}  // namespace gradzoo
