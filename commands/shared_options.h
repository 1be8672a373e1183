#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "gradzoo/base/options.h"
#include "gradzoo/commands/command_line.h"

/// Options that several commands share.
namespace gradzoo {

/// Describes --threads for a command whose result does not depend on it; 0 means as many as cores.
void add_threads(CommandLine& line, int64_t& threads);
/// Sets the number of threads if it is not 0.
void use_threads(int64_t threads);

/// Describes --seed; `meaning` names the random draws and the default.
void add_seed(CommandLine& line, int64_t& seed, const std::string& meaning);

/// Returns the options as lines of a help page: key, value, meaning and choices.
std::string options_table(std::span<const Option> options);

}  // namespace gradzoo
