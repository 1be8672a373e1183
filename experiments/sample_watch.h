#pragma once

#include <cstdint>
#include <functional>

#include "gradzoo/models/run/session.h"

namespace gradzoo {

/// Numbers of a model's samples after an epoch that ends at a step; none where there are none then.
using SampleWatch = std::function<Quantities(int64_t step)>;
/// Makes it for a run; what it makes may be empty.
using WatchMaker = std::function<SampleWatch(const RunOptions&, Session&)>;

}  // namespace gradzoo
