#pragma once

#include "models/pictures/picture.h"
#include "plot/image.h"

namespace gradzoo {

/// Draws what a model shows of itself: a grid of images, points or fields in the plane, bars. Throws Error
/// where shapes disagree.
Image draw_picture(const Picture& picture);

}  // namespace gradzoo
