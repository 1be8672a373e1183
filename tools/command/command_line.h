#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gradzoo {

/// The arguments of one sub-command: what there is, and its help. The targets must outlive parse(), hold the
/// defaults, and keep them where nothing is given.
class CommandLine {
 public:
  /// `name` as it is called, e.g. "train" or "data check".
  CommandLine(const std::string& name, const std::string& summary);
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
  void option(const std::string& names, const std::string& placeholder, double& value,
              const std::string& meaning, double low, double high);
  /// May be given several times.
  void options(const std::string& names, const std::string& placeholder, std::vector<std::string>& values,
               const std::string& meaning);
  void flag(const std::string& names, bool& value, const std::string& meaning);

  /// What to say of an option that is not known, given with `value` ("" where none was): a hint, or "" where
  /// the nearest known option is the best one.
  using UnknownHint = std::function<std::string(const std::string& option, const std::string& value)>;
  void on_unknown(UnknownHint hint);

  /// Throws Error for anything wrong, naming the nearest option. Returns false where --help was asked for:
  /// the caller prints help() and is done.
  bool parse(const std::vector<std::string>& arguments);
  std::string help() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace gradzoo
