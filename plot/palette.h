#pragma once

#include <array>
#include <cstddef>

#include "plot/canvas.h"

namespace gradzoo {

/// Paper, and what is written and ruled on it.
inline constexpr Color kPaper{255, 255, 255}, kInk{38, 42, 51}, kSoftInk{98, 104, 116},
    kGridLine{230, 232, 237}, kAxisLine{150, 155, 166};

/// Lines: Okabe and Ito's colours with a grey and an indigo, told apart with any colour vision, the strongest
/// first; and the same on dark paper.
inline constexpr std::array<Color, 8> kLineColors{{{0, 114, 178},
                                                   {213, 94, 0},
                                                   {0, 158, 115},
                                                   {204, 121, 167},
                                                   {230, 159, 0},
                                                   {86, 180, 233},
                                                   {90, 90, 90},
                                                   {60, 20, 160}}};
inline constexpr std::array<Color, 8> kNightLineColors{{{79, 169, 224},
                                                        {255, 120, 60},
                                                        {53, 199, 154},
                                                        {231, 159, 198},
                                                        {250, 210, 100},
                                                        {163, 216, 248},
                                                        {130, 130, 130},
                                                        {135, 105, 255}}};

/// How a line is drawn: lines beyond the colours have them again, dashed, then dotted.
enum class Dash { none, dashes, dots };
struct LinePen {
  std::size_t color = 0;  // of kLineColors
  Dash dash = Dash::none;
};
inline LinePen line_pen(std::size_t series) {
  return {series % kLineColors.size(), static_cast<Dash>(series / kLineColors.size() % 3)};
}

/// Ten classes: Paul Tol's "muted" scheme, its pale grey replaced by a vermilion.
inline constexpr std::array<Color, 10> kClassColors{{{51, 34, 136},
                                                     {136, 204, 238},
                                                     {68, 170, 153},
                                                     {17, 119, 51},
                                                     {153, 153, 51},
                                                     {221, 204, 119},
                                                     {204, 102, 119},
                                                     {136, 34, 85},
                                                     {170, 68, 153},
                                                     {255, 60, 0}}};

inline Color class_color(std::size_t label) { return kClassColors[label % kClassColors.size()]; }

/// From paper white (0) over sea blue to dark indigo (1): equal steps of `share` look equal (constant speed
/// in CIELAB, lightness falling throughout), and the lower half stays light enough for dots and lines on it.
/// Shares outside [0, 1] are clamped; NaN gives white.
Color density_color(double share);

}  // namespace gradzoo
