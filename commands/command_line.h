#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gradzoo/commands/command_page.h"
#include "gradzoo/experiments/run_directory.h"

namespace gradzoo {

/// What follows the sub-command's name.
using Arguments = std::vector<std::string>;

/// The arguments of one sub-command, described once: parsing, `--help`, the manual page and what a shell
/// completes are made from it. The targets must outlive parse(), hold the defaults, and keep them where
/// nothing is given.
class CommandLine {
 public:
  /// `name` as it is called, e.g. "train" or "data check".
  CommandLine(const std::string& name, const std::string& summary, std::vector<CommandExample> examples);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Arguments without dashes: the next one, or all that are left.
  void positional(const std::string& name, std::string& value, const std::string& meaning,
                  bool required = true);
  void positionals(const std::string& name, std::vector<std::string>& values, const std::string& meaning);
  /// `names` as "--seed" or "-n,--count"; `placeholder` as "S".
  void option(const std::string& names, const std::string& placeholder, std::string& value,
              const std::string& meaning);
  void option(const std::string& names, const std::string& placeholder, int64_t& value,
              const std::string& meaning, int64_t low, int64_t high);
  /// May be given several times.
  void options(const std::string& names, const std::string& placeholder, std::vector<std::string>& values,
               const std::string& meaning);
  void flag(const std::string& names, bool& value, const std::string& meaning);

  /// What may stand for a positional or an option, e.g. "--data": what a shell completes. Without it, a
  /// placeholder of FILE, PATH or DIR stands for files or folders. `values` is asked after the words before
  /// it were parsed. Throws Error where nothing of that name was described before.
  void completes(const std::string& name, const Completions& values);
  /// The positional or option names what the command writes (check_outputs() has the rule), or what it reads.
  /// parse() refuses what must not be written. Throw Error where nothing of that name was described before.
  void writes(const std::string& name, const std::string& what, const std::vector<std::string>& endings);
  void reads(const std::string& name);
  /// Throws Error if one of these outputs, whose names parse() could not know, must not be written.
  void check_outputs(const std::vector<Output>& outputs) const;
  /// A part of the help below the options, made when help is asked for.
  void section(const std::string& title, std::function<std::string()> text);

  /// What to say of an option that is not known, given with `value` ("" where none was): a hint, or "" where
  /// the nearest known option is the best one.
  using UnknownHint = std::function<std::string(const std::string& option, const std::string& value)>;
  void on_unknown(UnknownHint hint);

  /// Throws Error for anything wrong, naming the nearest option. Returns false where --help was asked for:
  /// the caller prints help() and is done. So also where the first argument is --man, for the manual page as
  /// troff, or --complete, for what may follow the words after it (command_page.h).
  bool parse(const Arguments& arguments);
  std::string help() const;
  /// parse(), and prints help() where it was asked for.
  bool read(const Arguments& arguments);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace gradzoo
