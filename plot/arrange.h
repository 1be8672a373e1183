#pragma once

#include "plot/image.h"

namespace gradzoo {

/// Two pictures in one, at the top or at the left; where one is smaller paper fills up.
Image side_by_side(const Image& left, const Image& right);
Image stacked(const Image& above, const Image& below);

}  // namespace gradzoo
