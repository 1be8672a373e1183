#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"

/// The description of a sub-command, from which its help, manual page and completions are made.
namespace gradzoo {

/// A completion with a short description. If the word is empty, the shell adds its files or folders.
struct Candidate {
  std::string word, meaning;
};
using Candidates = std::vector<Candidate>;
/// Returns candidates for a word that begins with `partial`; the caller removes candidates that do not.
using Completions = std::function<Candidates(const std::string& partial)>;

inline Candidate files_of_shell() { return {"", "files"}; }
inline Candidate folders_of_shell() { return {"", "folders"}; }

/// A positional argument or an option.
struct CommandArgument {
  std::vector<std::string> names;  // of an option: "-n", "--seed"; of a positional: its only name
  std::string placeholder = "";    // name of an option's value; "" for a flag
  std::string meaning = "";
  bool positional = false, required = false;
  bool repeats = false;  // true if it takes all remaining words, or may be given several times
  Completions values = {};
};

struct CommandPage {
  std::string name;     // "train", "data check"; "" for the program itself
  std::string summary;  // sentences
  std::vector<CommandArgument> arguments;
  struct Section {
    std::string title;
    std::function<std::string()> text;
  };
  std::vector<Section> sections;
  std::vector<CommandExample> examples;
};

/// Returns the help's section of examples.
std::string examples_text(const std::vector<CommandExample>& examples);

/// Returns the manual page in troff's man macros.
std::string manual_page(const CommandPage& page);

/// Both completion scripts (tools/completion/) call `gradzoo --complete WORD...`, where the last word is the
/// one that is being typed. The output has one line per candidate: the word, a tab and the description. The
/// list of candidates therefore exists only once, in the program.

/// Returns the candidates that begin with `partial`, one per line.
std::string candidate_lines(const Candidates& candidates, const std::string& partial);

/// Returns the number of words before the last that still need a value: 1 for `--data` in `train --data`,
/// else 0. These words are not parsed.
size_t words_that_wait(const CommandPage& page, const std::vector<std::string>& words);

/// Returns the completions of the last word.
std::string completion_lines(const CommandPage& page, const std::vector<std::string>& words);

}  // namespace gradzoo
