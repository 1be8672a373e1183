#pragma once

#include <string>
#include <vector>

#include "tools/cli/command_page.h"

/// What shells complete. Both scripts (tools/completion/) call `gradzoo --complete WORD...`, where the last
/// word is the one that is being typed, and print what comes: a line a candidate, word and meaning with a tab
/// between them. So there is one list of what may be typed, the program's own.
namespace gradzoo {

/// Candidates that begin with `partial`, as lines.
std::string candidate_lines(const Candidates& candidates, const std::string& partial);

/// Which part of the words before the last has no value yet that it needs: 1 for `--data` in `train --data`,
/// else 0. Those words are not parsed.
size_t words_that_wait(const CommandPage& page, const std::vector<std::string>& words);

/// What may stand in place of the last word.
std::string completion_lines(const CommandPage& page, const std::vector<std::string>& words);

}  // namespace gradzoo
