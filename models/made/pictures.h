#pragma once

#include "models/base/model.h"
#include "models/made/made.h"

namespace gradzoo {

/// The masks of hidden units and outputs, and the first layer's weights; for images also the predicted
/// probability of each pixel, and several completions of one half.
std::vector<Picture> made_pictures(const MadeNetwork& network, Pixels pixels, const DataShape& shape,
                                   const DataView& data);

}  // namespace gradzoo
