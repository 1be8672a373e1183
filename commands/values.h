#pragma once

#include <span>
#include <string>

#include "gradzoo/base/options.h"
#include "gradzoo/commands/command_page.h"

/// What may stand for an argument, as a shell completes it: each is a Completions, whose `partial` most leave
/// unread.
namespace gradzoo {

Candidates models_known(const std::string& partial = "");
/// Images and toys by name, and the shell's folders.
Candidates data_known(const std::string& partial = "");
/// Runs below runs/, the newest first, those of the zoo, and the shell's folders.
Candidates runs_known(const std::string& partial = "");

/// "latent=" for each option, or "objective=elbo" for each choice once the key is typed.
Candidates settings_of(std::span<const Option> options, const std::string& partial);

/// Words without a meaning of their own.
Candidates words_known(std::span<const std::string> words);

}  // namespace gradzoo
