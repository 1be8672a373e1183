#pragma once

#include <functional>
#include <vector>

#include "tools/plot/plane.h"

namespace gradzoo {

/// What makes the arrows of all views of a picture comparable.
struct ArrowScale {
  double median = 0;   ///< of |v| over all arrows that are finite and not 0; 0: there is none
  double longest = 0;  ///< |v| from which on an arrow has its full length: the 90th percentile
  double length = 0;   ///< that length in pixels: just short of the usual distance between neighbouring tails
};

ArrowScale arrow_scale(const std::vector<PlaneView>& views, double pixels_per_unit);

/// Draws arrows with a light seam, so that they stand out from any density; one of length 0 is a dot. `place`
/// maps units to pixels.
void draw_arrows(Canvas& canvas, const std::vector<Arrow>& arrows, const ArrowScale& scale,
                 const std::function<Point(Point)>& place);

}  // namespace gradzoo
