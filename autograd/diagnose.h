#pragma once

#include <string>

namespace gradzoo {

/// Returns the op on a tracing tape that first made a value that is not finite, as a phrase such as "log,
/// forward (node 12), output 'p' (100,10) from x (100,10) at least 0", or "" if all values are finite.
/// Forward values are searched in the order of execution, then backward ones in the order of the sweep.
std::string first_non_finite();

}  // namespace gradzoo
