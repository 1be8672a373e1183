#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"

/// What a sub-command says of itself, apart from how it is parsed: its help, its manual page and what a shell
/// completes are made from this.
namespace gradzoo {

/// What may stand at a place of the command line, and a few words on it; an empty word stands for the files
/// ("files") or folders ("folders") that the shell finds itself.
struct Candidate {
  std::string word, meaning;
};
using Candidates = std::vector<Candidate>;
/// Candidates for a word of which `partial` is typed; those that do not begin so are left out by the caller.
using Completions = std::function<Candidates(const std::string& partial)>;

inline Candidate files_of_shell() { return {"", "files"}; }
inline Candidate folders_of_shell() { return {"", "folders"}; }

/// A positional argument or an option.
struct CommandArgument {
  std::vector<std::string> names;  // of an option: "-n", "--seed"; of a positional: its one name
  std::string placeholder = "";    // of an option's value; "" of a flag
  std::string meaning = "";
  bool positional = false, required = false;
  bool repeats = false;  // takes all words that are left, or may be given several times
  Completions values = {};
};

struct CommandPage {
  std::string name;     // "train", "data check"; "" of the program itself
  std::string summary;  // sentences
  std::vector<CommandArgument> arguments;
  struct Section {
    std::string title;
    std::function<std::string()> text;
  };
  std::vector<Section> sections;
  std::vector<CommandExample> examples;
};

/// The examples as a part of the help.
std::string examples_text(const std::vector<CommandExample>& examples);

/// The manual page in troff's man macros.
std::string manual_page(const CommandPage& page);

/// What shells complete. Both scripts (tools/completion/) call `gradzoo --complete WORD...`, where the last
/// word is the one that is being typed, and print what comes: a line a candidate, word and meaning with a tab
/// between them. So there is one list of what may be typed, the program's own.

/// Candidates that begin with `partial`, as lines.
std::string candidate_lines(const Candidates& candidates, const std::string& partial);

/// Which part of the words before the last has no value yet that it needs: 1 for `--data` in `train --data`,
/// else 0. Those words are not parsed.
size_t words_that_wait(const CommandPage& page, const std::vector<std::string>& words);

/// What may stand in place of the last word.
std::string completion_lines(const CommandPage& page, const std::vector<std::string>& words);

}  // namespace gradzoo
