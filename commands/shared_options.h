#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "gradzoo/base/options.h"
#include "gradzoo/commands/command_line.h"

/// Options that several commands have, each said once.
namespace gradzoo {

/// --threads of a command whose result does not depend on them; 0: as many as the cores.
void add_threads(CommandLine& line, int64_t& threads);
/// Takes it.
void use_threads(int64_t threads);

/// --seed, `meaning` being what is drawn by it and where it is from otherwise.
void add_seed(CommandLine& line, int64_t& seed, const std::string& meaning);

/// Options for a help page: key, value, meaning, and what a text may be.
std::string options_table(std::span<const Option> options);

}  // namespace gradzoo
