#include "gradzoo/experiments/zoo.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <nlohmann/json.hpp>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/images/sha256.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "zoo/", kAll = "zoo/*";
constexpr uint64_t kLongestText = 1 << 20;

bool exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

}  // namespace

std::string zoo_folder() { return find_data_folder("zoo", "", "GRADZOO_ZOO").string(); }

std::vector<std::string> zoo_names() {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(zoo_folder(), error))
    if (exists(RunDirectory(entry.path().string()).weights()))
      names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::string find_run(const std::string& typed) {
  if (!typed.starts_with(kPrefix) || exists(typed)) return typed;
  std::string name = typed.substr(kPrefix.size());
  while (name.ends_with('/')) name.pop_back();
  const std::vector<std::string> names = zoo_names();
  if (std::ranges::find(names, name) != names.end()) return (fs::path(zoo_folder()) / name).string();
  throw Error("the run {} does not exist, here or in the zoo. {}", typed, did_you_mean(name, names));
}

std::vector<std::string> find_runs(const std::vector<std::string>& typed) {
  std::vector<std::string> runs;
  for (const std::string& run : typed) {
    if (run != kAll) {
      runs.push_back(find_run(run));
      continue;
    }
    for (const std::string& name : zoo_names()) runs.push_back(find_run(std::string(kPrefix) + name));
  }
  return runs;
}

void check_card(const RunDirectory& run) {
  if (!exists(run.card())) return;
  const auto card = nlohmann::json::parse(read_plain_file(run.card(), kLongestText), nullptr, false);
  if (card.is_object() && card.value("sha256", nlohmann::json()) == sha256_of_contents(run.weights())) return;
  throw Error(
      "{}: the SHA-256 of the weights is not the one in {}, so one of the two was changed. Hint: restore the "
      "old file, or write both again with gradzoo zoo --keep RUN --out DIR",
      run.weights(), run.card());
}

}  // namespace gradzoo
