#pragma once

#include <span>
#include <string>

#include "gradzoo/base/options.h"

namespace gradzoo {

/// Options for a help page: key, value, meaning, and what a text may be.
std::string options_table(std::span<const Option> options);

}  // namespace gradzoo
