#pragma once

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/made/made.h"

namespace gradzoo {

/// Draws the masks of hidden units and outputs, and the first layer's weights, as images.
std::vector<Picture> made_unit_pictures(const MadeNetwork& network, const DataShape& shape);
/// Draws the pictures above, the predicted probability of each pixel, and several completions of one half.
std::vector<Picture> made_image_pictures(const MadeNetwork& network, Pixels pixels, const DataShape& shape,
                                         const DataView& data);

}  // namespace gradzoo
