#pragma once

#include "gradzoo/models/pictures/picture.h"
#include "gradzoo/plot/drawing.h"
#include "gradzoo/plot/image.h"

namespace gradzoo {

/// Draws a picture of a model: a grid of images, or points or fields in the plane, as a PNG; bars as an SVG.
/// Throws Error if shapes disagree.
Drawing draw_picture(const Picture& picture);

}  // namespace gradzoo
