#pragma once

#include <vector>

#include "tools/plot/plane.h"

namespace gradzoo {

/// Where everything of a picture of planes stands, in pixels.
struct PlaneLayout {
  int width = 0, height = 0;
  std::vector<Rect> plots = {};  ///< one a view
  Rect scale = {};               ///< the bar of colours; without area if there is none
};

/// At most 1400 pixels wide and 500 a row of four views. Throws as draw_planes does.
PlaneLayout lay_out(const std::vector<PlaneView>& views, bool with_scale);

/// Ticks along a side of `pixels`.
std::vector<Tick> plane_ticks(Range range, double pixels);

}  // namespace gradzoo
