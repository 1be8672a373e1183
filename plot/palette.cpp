#include <algorithm>
#include <cmath>

#include "gradzoo/plot/chart.h"

namespace gradzoo {
namespace {

// Equidistant along a path in CIELAB: lightness 100 to 20, hue 190 to 300 degrees.
constexpr std::array kAnchors = {rgb(0xFFFFFF), rgb(0xDEF7F6), rgb(0xB9EBEE), rgb(0x93DDE8), rgb(0x6CCCE2),
                                 rgb(0x46B9DB), rgb(0x27A4D0), rgb(0x1D8EC1), rgb(0x2978AD), rgb(0x356395),
                                 rgb(0x3A4F7A), rgb(0x393D5F), rgb(0x322D44)};

}  // namespace

Color density_color(double share) {
  if (std::isnan(share)) return kAnchors[0];
  const double place = std::clamp(share, 0.0, 1.0) * (kAnchors.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kAnchors.size() - 2);
  const double t = place - static_cast<double>(below);
  const auto between = [t](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(std::lerp(a, b, t)));
  };
  const Color a = kAnchors[below], b = kAnchors[below + 1];
  return {between(a.red, b.red), between(a.green, b.green), between(a.blue, b.blue)};
}

}  // namespace gradzoo
