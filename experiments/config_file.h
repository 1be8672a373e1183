#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradzoo/base/options.h"

/// config.toml: a run's resolved settings as `key = value` lines of TOML, the model and the version first.
namespace gradzoo {

struct ConfigFile {
  std::string path;
  std::string model;                                        // "": the file names none
  std::string version;                                      // of the program that wrote it; "": not given
  std::string data_sha256 = {};                             // of what the run trains on; "": not given
  std::vector<std::pair<std::string, std::string>> values;  // settings in the file's order, unquoted
};

/// Reads `key = value` lines with strings, numbers, true and false; comments and empty lines are skipped.
/// Throws Error naming file and line for tables, arrays, bare words and keys that come twice.
ConfigFile read_config(const std::string& path);
/// The same of such a file's text.
ConfigFile parse_config(const std::string& path, const std::string& whole);

/// The text of a config file that says the same: strings and lists quoted and escaped.
std::string config_text(const std::string& model, const OptionTable& options,
                        const std::string& data_sha256 = "");

/// Sets all values; the errors name the file.
void apply_config(const ConfigFile& config, OptionTable& options);

}  // namespace gradzoo
