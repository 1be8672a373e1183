#pragma once

#include "models/pictures/picture.h"
#include "plot/drawing.h"
#include "plot/image.h"

namespace gradzoo {

/// Draws what a model shows of itself: a grid of images, points or fields in the plane as a PNG, bars as an
/// SVG. Throws Error where shapes disagree.
Drawing draw_picture(const Picture& picture);

}  // namespace gradzoo
