#pragma once

#include <cstdint>
#include <functional>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// Measures a model's samples after an epoch that ends at `step`. May return no numbers.
using SampleWatch = std::function<Quantities(int64_t step)>;
/// Makes the SampleWatch of a run, or an empty one.
using WatchMaker = std::function<SampleWatch(const RunOptions&, Session&)>;

}  // namespace gradzoo
