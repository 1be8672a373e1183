#pragma once

#include <functional>

namespace gradzoo {

/// Seconds since some moment, never backwards.
using Clock = std::function<double()>;
double steady_seconds();

}  // namespace gradzoo
