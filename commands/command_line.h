#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gradzoo/commands/command_page.h"
#include "gradzoo/experiments/run_directory.h"

namespace gradzoo {

/// The words after the sub-command's name.
using Arguments = std::vector<std::string>;

/// A description of one sub-command's arguments, from which parsing, `--help`, the manual page and a shell's
/// completions are made. The targets must outlive parse(), and keep their defaults if no argument is given.
class CommandLine {
 public:
  /// `name` is the name that users type, e.g. "train" or "data check".
  CommandLine(const std::string& name, const std::string& summary, std::vector<CommandExample> examples);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Describes arguments without dashes: the next one, or all remaining ones.
  void positional(const std::string& name, std::string& value, const std::string& meaning,
                  bool required = true);
  void positionals(const std::string& name, std::vector<std::string>& values, const std::string& meaning);
  /// Describes an option: `names` as "--seed" or "-n,--count"; `placeholder` as "S".
  void option(const std::string& names, const std::string& placeholder, std::string& value,
              const std::string& meaning);
  void option(const std::string& names, const std::string& placeholder, int64_t& value,
              const std::string& meaning, int64_t low, int64_t high);
  /// Describes an option that may be given several times.
  void options(const std::string& names, const std::string& placeholder, std::vector<std::string>& values,
               const std::string& meaning);
  void flag(const std::string& names, bool& value, const std::string& meaning);

  /// Sets a shell's completions for a positional or an option, e.g. "--data". Without them, a placeholder
  /// with FILE, PATH or DIR is completed with files or folders. `values` is called after the words before it
  /// were parsed. Throws Error if no argument of that name was described before.
  void completes(const std::string& name, const Completions& values);
  /// Marks a positional or an option as the name of an output (see check_outputs()) or of an input. parse()
  /// throws Error if an output must not be written. Throw Error if no argument of that name was described.
  void writes(const std::string& name, const std::string& what, const std::vector<std::string>& endings);
  void reads(const std::string& name);
  /// Throws Error if an output must not be written; for outputs whose names parse() does not have.
  void check_outputs(const std::vector<Output>& outputs) const;
  /// Adds a part of the help below the options; `text` is called only for help.
  void section(const std::string& title, std::function<std::string()> text);

  /// Returns a hint for an unknown option, given with `value` ("" if none), or "" for the nearest known
  /// option.
  using UnknownHint = std::function<std::string(const std::string& option, const std::string& value)>;
  void on_unknown(UnknownHint hint);

  /// Throws Error, with the nearest option, for wrong arguments. Returns false for --help: the caller then
  /// prints help() and returns. The same holds if the first argument is --man, for a manual page in troff, or
  /// --complete, for the completions of the words after it (command_page.h).
  bool parse(const Arguments& arguments);
  std::string help() const;
  /// Calls parse(), and prints help() if parse() returns false.
  bool read(const Arguments& arguments);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace gradzoo
