#include <algorithm>
#include <array>
#include <cmath>

#include "gradzoo/plot/chart.h"

namespace gradzoo {
namespace {

// Equidistant along a path in CIELAB: lightness 100 to 20, hue 190 to 300 degrees.
constexpr std::array<Color, 13> kAnchors{{{255, 255, 255},
                                          {222, 247, 246},
                                          {185, 235, 238},
                                          {147, 221, 232},
                                          {108, 204, 226},
                                          {70, 185, 219},
                                          {39, 164, 208},
                                          {29, 142, 193},
                                          {41, 120, 173},
                                          {53, 99, 149},
                                          {58, 79, 122},
                                          {57, 61, 95},
                                          {50, 45, 68}}};

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
