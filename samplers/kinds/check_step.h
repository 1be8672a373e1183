#pragma once

#include <cmath>
#include <string_view>

#include "gradzoo/base/error.h"

namespace gradzoo {

/// Throws Error unless a sampler's step is a finite number above 0.
inline void check_step(std::string_view sampler, double step) {
  if (!(step > 0) || !std::isfinite(step))
    throw Error("{}: step is {}. Hint: a number above 0", sampler, step);
}

}  // namespace gradzoo
