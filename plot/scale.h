#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradzoo {

struct Range {
  double low = 0, high = 1;
};

/// A linear or logarithmic map of data to 0 ... 1 along an axis.
struct Scale {
  Range range = {};
  bool logarithmic = false;

  /// Returns 0 at range.low, 1 at range.high, and values outside [0, 1] outside the range. Returns NaN for
  /// NaN, and for values <= 0 on a logarithmic axis.
  double fraction(double value) const;
};

struct Tick {
  double value = 0;
  std::string label = {};
};

/// Returns ticks at round values in the axis's range, ascending: multiples of 1, 2, 2.5 or 5 times a power of
/// ten, at least two and about `count`. A logarithmic axis has powers of ten, with 2 and 5 between them if it
/// shows few decades.
std::vector<Tick> ticks(const Scale& scale, int count);

/// Returns the range of the finite values (only positive ones if `logarithmic`). It is never empty: a single
/// value gets a range around it, and without values it is 0 to 1 (1 to 10 if logarithmic).
Range range_of(std::span<const double> values, bool logarithmic = false);
/// Returns range_of() without outliers: if a few values (2 % at either end, of at least 20) would leave less
/// than a quarter of the axis to the others, as the first steps of a training curve do, they are not in the
/// range.
Range focused_range(std::span<const double> values, bool logarithmic = false);
/// Returns the range extended at both ends by a share of its length.
Range padded(const Scale& scale, double share);

/// Returns a number with at most `digits` significant digits, with k for thousands and M for millions if that
/// is shorter: 0.25, 105.6, 60k.
std::string short_number(double value, int digits = 4);

}  // namespace gradzoo
