#pragma once

#include <span>
#include <string_view>

#include "gradzoo/models/base/entry.h"

namespace gradzoo {

/// Every model, in the order of the list.
std::span<const ModelEntry> model_registry();

/// Throws Error naming the nearest for an unknown name.
const ModelEntry& find_model(std::string_view name);

}  // namespace gradzoo
