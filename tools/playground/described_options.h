#pragma once

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

#include "gradzoo/base/options.h"

namespace gradzoo {

/// Options as a page's knobs: [{"key", "type", "meaning", "value", "own": whether it stands at `own_from` or
/// behind, and where they are known "choices", "low", "high"}].
nlohmann::json described_options(const OptionTable& table, size_t own_from = 0);

}  // namespace gradzoo
