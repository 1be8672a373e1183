#pragma once

#include <array>
#include <cstddef>

#include "tools/plot/canvas.h"

namespace gradzoo {

/// Paper, and what is written and ruled on it.
inline constexpr Color kPaper{255, 255, 255}, kInk{38, 42, 51}, kSoftInk{98, 104, 116},
    kGridLine{230, 232, 237}, kAxisLine{150, 155, 166};

/// Lines: Okabe and Ito's colours, told apart with any colour vision, the strongest first.
inline constexpr std::array<Color, 7> kLineColors{{{0, 114, 178},
                                                   {213, 94, 0},
                                                   {0, 158, 115},
                                                   {204, 121, 167},
                                                   {230, 159, 0},
                                                   {86, 180, 233},
                                                   {90, 90, 90}}};

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

inline Color line_color(std::size_t series) { return kLineColors[series % kLineColors.size()]; }
inline Color class_color(std::size_t label) { return kClassColors[label % kClassColors.size()]; }

}  // namespace gradzoo
