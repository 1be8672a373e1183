#pragma once

#include <string>

#include "models/base/entry.h"

namespace gradzoo {

/// The shortest `gradzoo train` that comes to these settings, words quoted for a shell.
std::string repeat_command(const ModelEntry& model, const Settings& settings);

}  // namespace gradzoo
