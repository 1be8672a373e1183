#pragma once

#include "models/base/model.h"
#include "models/made/network.h"

namespace gradzoo {

/// What hidden units and outputs may read, the first layer's weights; of images also what each pixel was
/// expected to be, and completions of one half in several ways.
std::vector<Picture> made_pictures(const MadeNetwork& network, Pixels pixels, const DataShape& shape,
                                   const DataView& data);

}  // namespace gradzoo
