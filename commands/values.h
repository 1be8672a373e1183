#pragma once

#include <span>
#include <string>

#include "gradzoo/base/options.h"
#include "gradzoo/commands/command_page.h"

/// Completions for the arguments of commands. Each function is a Completions; most ignore `partial`.
namespace gradzoo {

Candidates models_known(const std::string& partial = "");
/// Returns the names of image datasets and toys, and the shell's folders.
Candidates data_known(const std::string& partial = "");
/// Returns the runs below runs/, the newest first, the runs of the zoo, and the shell's folders.
Candidates runs_known(const std::string& partial = "");

/// Returns "latent=" for each option, or "objective=elbo" for each choice after the key is typed.
Candidates settings_of(std::span<const Option> options, const std::string& partial);

/// Returns words without descriptions.
Candidates words_known(std::span<const std::string> words);

}  // namespace gradzoo
