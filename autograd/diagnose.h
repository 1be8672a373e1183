#pragma once

#include <string>

namespace gradzoo {

/// On a tracing tape: which op first made a value that is not finite, forward in the order of execution, then
/// backward in the order of the sweep, as a phrase such as "log, forward (node 12), output 'p' (100,10) from
/// x (100,10) at least 0"; "" where all is finite.
std::string first_non_finite();

}  // namespace gradzoo
