#pragma once

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/base/options.h"

namespace gradzoo {

/// Returns options as knobs of a page: [{"key", "type", "meaning", "value", "own": true if the option's index
/// is `own_from` or more, and if they are known "choices", "low", "high"}].
nlohmann::json described_options(const OptionTable& table, size_t own_from = 0);

}  // namespace gradzoo
