#pragma once

#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/plot/drawing.h"
#include "gradzoo/plot/image.h"

namespace gradzoo {

/// Draws what a model shows of itself: a grid of images, points or fields in the plane as a PNG, bars as an
/// SVG. Throws Error where shapes disagree.
Drawing draw_picture(const Picture& picture);

}  // namespace gradzoo
