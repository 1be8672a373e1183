#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradzoo/base/options.h"

/// The file config.toml of a run: the model, the version and the resolved settings, as `key = value` lines.
namespace gradzoo {

struct ConfigFile {
  std::string path;
  std::string model;             // name of the model; "": not given
  std::string version;           // version of the program that wrote the file; "": not given
  std::string data_sha256 = {};  // SHA-256 of the training images; "": not given
  std::vector<std::pair<std::string, std::string>> values;  // settings in the file's order, unquoted
};

/// Reads `key = value` lines with strings, numbers, true and false; comments and empty lines are skipped.
/// Throws Error with file and line for tables, arrays, bare words and keys that occur twice.
ConfigFile read_config(const std::string& path);
/// Parses the text `whole` of a config file. Errors name `path`; no file is read.
ConfigFile parse_config(const std::string& path, const std::string& whole);

/// Returns the text of a config file with these settings; strings and lists are quoted and escaped.
std::string config_text(const std::string& model, const OptionTable& options,
                        const std::string& data_sha256 = "");

/// Sets all values of `config` in `options`; errors name the file.
void apply_config(const ConfigFile& config, OptionTable& options);

}  // namespace gradzoo
