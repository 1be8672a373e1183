#pragma once

#include <functional>

namespace gradzoo {

/// A source of time: returns the seconds since some fixed moment, and never goes backwards. Tests replace it.
using Clock = std::function<double()>;
double steady_seconds();  ///< seconds of std::chrono::steady_clock

}  // namespace gradzoo
