#include "gradzoo/commands/values.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/experiments/zoo.h"
#include "gradzoo/models/registry.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

// Bash puts a candidate into the line as it is: a folder called $(command) must not become one. Of such names
// the shell's own completion of folders knows how they are quoted.
bool needs_no_quotes(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/") ==
         std::string_view::npos;
}

// Folders below runs/ that hold a run, the newest first.
std::vector<std::string> own_runs() {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator("runs", failure)) {
    const fs::path config = entry.path() / "config.toml";
    if (!fs::exists(config, failure) || !needs_no_quotes(entry.path().native())) continue;
    found.emplace_back(fs::last_write_time(config, failure), entry.path().string());
  }
  std::ranges::sort(found, std::greater<>());
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const auto& [time, name] : found) names.push_back(name);
  return names;
}

std::vector<std::string> zoo_of_program() {
  try {
    std::vector<std::string> names = zoo_names();
    std::erase_if(names, [](const std::string& name) { return !needs_no_quotes(name); });
    return names;
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

Candidates models_known(const std::string&) {
  Candidates candidates;
  for (const ModelEntry& entry : model_registry()) candidates.push_back({entry.name, entry.summary});
  return candidates;
}

Candidates data_known(const std::string&) {
  Candidates candidates;
  for (const DatasetInfo& info : known_datasets()) candidates.push_back({info.name, info.description});
  for (const ToyInfo& info : known_toys()) candidates.push_back({info.name, info.description});
  candidates.push_back(folders_of_shell());
  return candidates;
}

Candidates runs_known(const std::string&) {
  Candidates candidates;
  for (const std::string& name : own_runs()) candidates.push_back({name, "a run"});
  for (const std::string& name : zoo_of_program()) candidates.push_back({"zoo/" + name, "a zoo model"});
  candidates.push_back(folders_of_shell());
  return candidates;
}

Candidates settings_of(std::span<const Option> options, const std::string& partial) {
  Candidates candidates;
  const size_t equals = partial.find('=');
  if (equals == std::string::npos) {
    for (const Option& option : options) candidates.push_back({option.key + "=", option.meaning});
    return candidates;
  }
  const std::string key = partial.substr(0, equals);
  const auto option = std::ranges::find(options, key, &Option::key);
  if (option == options.end()) return {};
  if (key == "data") {
    candidates = data_known();
    for (Candidate& each : candidates)
      if (!each.word.empty()) each.word.insert(0, "data=");
    return candidates;
  }
  const std::vector<std::string> flags = {"true", "false"};
  for (const std::string& choice : option->type == OptionType::flag ? flags : option->choices)
    candidates.push_back({fmt::format("{}={}", key, choice), option->meaning});
  return candidates;
}

Candidates words_known(std::span<const std::string> words) {
  Candidates candidates;
  for (const std::string& word : words) candidates.push_back({word, ""});
  return candidates;
}

}  // namespace gradzoo
