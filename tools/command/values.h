#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/options.h"
#include "tools/command/command_page.h"

/// What may stand for an argument, as a shell completes it.
namespace gradzoo {

Candidates models_known();
/// Images and toys by name, and the shell's folders.
Candidates data_known();
/// Runs below runs/, the newest first, those of the zoo, and the shell's folders.
Candidates runs_known();

/// "latent=" for each option, or "objective=elbo" for each choice once the key is typed.
Candidates settings_of(std::span<const Option> options, const std::string& partial);

/// Words without a meaning of their own.
Candidates words_known(std::span<const std::string> words);

}  // namespace gradzoo
