#include "gradzoo/plot/scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace gradzoo {
namespace {

// Axes end here: beyond, widths overflow and quotients are 0. Values beyond lie outside the axis.
constexpr double kLeast = 1e-300, kMost = 1e300, kFar = 1e305;

std::vector<double> shown_values(std::span<const double> values, bool logarithmic) {
  std::vector<double> shown;
  for (const double value : values)
    if (std::isfinite(value) && (!logarithmic || value > 0))
      shown.push_back(std::clamp(value, logarithmic ? kLeast : -kMost, kMost));
  return shown;
}

/// Room around a range whose ends are equal, or too near to each other for ticks in double.
Range with_room(Range range, bool logarithmic) {
  if (logarithmic) return range.high > range.low * 1.001 ? range : Range{range.low / 2, range.high * 2};
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  if (range.high - range.low > std::max(1e-9 * largest, kLeast)) return range;
  const double room = largest < kLeast ? 1 : largest / 10;
  return {range.low - room, range.high + room};
}

/// The least of 1, 2, 2.5, 5, 10 times a power of ten that is not below `step`.
double nice_step(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0})
    if (factor * power >= step * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/// Labels of multiples of `step`: all with the decimals that the step needs.
std::string tick_label(double value, double step, double largest) {
  if (value == 0) return "0";
  if (largest >= 1e10 || largest < 1e-4) return fmt::format("{:.6g}", value);
  const auto divides = [step](double unit) { return std::abs(std::remainder(step, unit)) < 1e-9 * unit; };
  if (largest >= 1e7 && divides(1e5)) return fmt::format("{:.6g}M", value / 1e6);
  if (largest >= 1e4 && divides(1e2)) return fmt::format("{:.6g}k", value / 1e3);
  int decimals = 0;
  for (double unit = step; decimals < 12 && std::abs(unit - std::round(unit)) > 1e-6 * unit; unit *= 10)
    ++decimals;
  return fmt::format("{:.{}f}", value, decimals);
}

std::vector<Tick> linear_ticks(Range range, int count) {
  const double step = nice_step((range.high - range.low) / count);
  if (!(step > 0 && std::isfinite(step))) return {};  // of a range without width, or too wide
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  const double first = std::ceil(range.low / step - 1e-9), last = std::floor(range.high / step + 1e-9);
  std::vector<Tick> result;
  for (double i = first; i <= last; ++i) result.push_back({i * step, tick_label(i * step, step, largest)});
  return result;
}

std::vector<Tick> log_ticks(Range range, int count) {
  const double low = std::log10(range.low), high = std::log10(range.high);
  const double every = std::max(1.0, std::ceil((high - low) / count));
  std::vector<Tick> result;
  for (double power = std::floor(low); power <= high + 1e-9; ++power) {
    if (std::remainder(power, every) != 0) continue;
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && 3 * (high - low) > count) break;
      const double value = factor * std::pow(10, power);
      if (value >= range.low * (1 - 1e-9) && value <= range.high * (1 + 1e-9))
        result.push_back({value, short_number(value)});
    }
  }
  return result;
}

}  // namespace

double Scale::fraction(double value) const {
  if (std::isfinite(value)) value = std::clamp(value, -kFar, kFar);
  if (!logarithmic) return (value - range.low) / (range.high - range.low);
  if (!(value > 0)) return std::nan("");
  return (std::log(value) - std::log(range.low)) / (std::log(range.high) - std::log(range.low));
}

std::vector<Tick> ticks(const Scale& scale, int count) {
  count = std::max(count, 2);
  std::vector<Tick> result = scale.logarithmic ? log_ticks(scale.range, count) : std::vector<Tick>();
  // Less than a decade: round values serve better than powers.
  for (int finer = count; result.size() < 2 && finer <= 4 * count; ++finer)
    result = linear_ticks(scale.range, finer);
  return result;
}

Range range_of(std::span<const double> values, bool logarithmic) {
  const std::vector<double> shown = shown_values(values, logarithmic);
  if (shown.empty()) return logarithmic ? Range{1, 10} : Range{0, 1};
  const auto [low, high] = std::minmax_element(shown.begin(), shown.end());
  return with_room({*low, *high}, logarithmic);
}

Range focused_range(std::span<const double> values, bool logarithmic) {
  constexpr std::size_t kFewest = 20;
  constexpr double kLeastShare = 0.25;
  std::vector<double> shown = shown_values(values, logarithmic);
  const Range full = range_of(shown, logarithmic);
  if (shown.size() < kFewest) return full;
  std::sort(shown.begin(), shown.end());
  const std::size_t cut = std::max<std::size_t>(1, shown.size() / 50);
  const Range middle{shown[cut], shown[shown.size() - 1 - cut]};
  const Scale scale{full, logarithmic};
  const bool crowded = scale.fraction(middle.high) - scale.fraction(middle.low) < kLeastShare;
  return crowded && middle.low < middle.high ? with_room(middle, logarithmic) : full;
}

Range padded(const Scale& scale, double share) {
  const auto [low, high] = scale.range;
  if (scale.logarithmic) {
    const double factor = std::pow(high, share) / std::pow(low, share);
    return {std::max(low / factor, std::numeric_limits<double>::min()),
            std::min(high * factor, std::numeric_limits<double>::max())};
  }
  const double room = share * (high - low);
  return {low - room, high + room};
}

std::string short_number(double value, int digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
  const double size = std::abs(value);
  if (size >= 1e6 && size < 1e9) return fmt::format("{:.{}g}M", value / 1e6, digits);
  if (size >= 1e4 && size < 1e6) return fmt::format("{:.{}g}k", value / 1e3, digits);
  return fmt::format("{:.{}g}", value, digits);
}

}  // namespace gradzoo
