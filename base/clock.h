#pragma once

#include <functional>

namespace gradzoo {

/// Seconds since some moment, never backwards: a source of them for tests to replace, and the machine's.
using Clock = std::function<double()>;
double steady_seconds();  ///< those of std::chrono::steady_clock

}  // namespace gradzoo
