#include "tools/serve/runs_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/experiments/config_file.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr size_t kMostShown = 500, kMostFound = 20'000;
constexpr int kDeepest = 3;
constexpr uint64_t kMostFileBytes = uint64_t{64} << 20;

bool is_plain(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(path, error));
}

void find_runs_below(const fs::path& folder, const std::string& name, int depth,
                     std::vector<std::string>& names) {
  if (is_plain(folder / "config.toml")) {
    names.push_back(name.empty() ? "." : name);
    return;  // a run holds no runs
  }
  if (depth == kDeepest) return;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (!fs::is_directory(entry.symlink_status(error)) || names.size() >= kMostFound) continue;
    std::string next = name.empty() ? "" : name + "/";
    next += entry.path().filename().string();
    find_runs_below(entry.path(), next, depth + 1, names);
  }
}

// When a run last wrote: its metrics, else its settings.
fs::file_time_type changed_at(const RunDirectory& run) {
  std::error_code error;
  const auto at = fs::last_write_time(run.metrics(), error);
  return error ? fs::last_write_time(run.config(), error) : at;
}

// Whether a process trains there: it has its metrics locked. Asked of the system, since trying the lock would
// stand in the way of a training that begins.
bool is_training(const std::string& metrics) {
  struct stat file = {};
  if (::lstat(metrics.c_str(), &file) != 0) return false;
  const std::string inode = ":" + std::to_string(file.st_ino) + " ";
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);)
    if (line.find("FLOCK") != std::string::npos && line.find(inode) != std::string::npos) return true;
  return false;
}

// The pictures in samples/, those of epochs first, in order.
std::vector<std::string> pictures_of(const RunDirectory& run) {
  std::vector<std::string> epochs, others;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(run.samples(), error)) {
    const std::string name = entry.path().filename().string();
    if (!is_picture(name) || !is_plain(entry.path())) continue;
    (name.starts_with("epoch-") ? epochs : others).push_back(name);
  }
  std::ranges::sort(epochs);
  std::ranges::sort(others);
  epochs.insert(epochs.end(), others.begin(), others.end());
  return epochs;
}

}  // namespace

RunsFolder::RunsFolder(const std::string& path) : path_(path) {
  check_visible(path);
  std::error_code error;
  if (!fs::is_directory(path, error))
    throw Error("serve: {} is not a folder. Hint: name the folder of your runs; gradzoo train vae makes one",
                path);
}

std::vector<std::string> RunsFolder::names() const {
  std::vector<std::string> names;
  find_runs_below(path_, "", 0, names);
  std::ranges::sort(names);
  return names;
}

RunDirectory RunsFolder::directory(const std::string& name) const {
  return RunDirectory(name == "." ? path_ : path_ + "/" + name);
}

RunDirectory RunsFolder::run(const std::string& name) const {
  if (!std::ranges::binary_search(names(), name))
    throw Error("the run '{}' does not exist in {}. Hint: choose one from the page's list", printable(name),
                path_);
  RunDirectory run = directory(name);
  run.check_is_run();
  return run;
}

std::shared_ptr<const RunMetrics> RunsFolder::metrics(const std::string& name) const {
  return watched_.of(run(name).metrics());
}

Json RunsFolder::describe(const std::string& name) const {
  const RunDirectory run = directory(name);
  Json json = {{"name", name}, {"training", false}, {"pictures", Json::array()}};
  try {
    run.check_is_run();
    const ConfigFile config = read_config(run.config());
    json["model"] = config.model;
    json["version"] = config.version;
    Json& settings = json["settings"] = Json::array();
    json["points"] = false;
    for (const auto& [key, value] : config.values) {
      settings.push_back({key, value});
      if (key == "data") json["points"] = is_toy(value);
    }
    json["training"] = is_training(run.metrics());
    json["pictures"] = pictures_of(run);
    json["report"] = is_plain(run.report());
    std::error_code error;
    if (!fs::exists(run.metrics(), error)) return json;
    Json last = watched_.of(run.metrics())->last;
    for (const char* key : {"step", "epoch", "seconds"}) {
      if (last.contains(key)) json[key] = last[key];
      last.erase(key);
    }
    json["last"] = std::move(last);
  } catch (const Error& error) {
    json["problem"] = printable(error.what());
  }
  return json;
}

Json RunsFolder::description() const {
  std::vector<std::string> shown = names();
  const size_t left_out = shown.size() - std::min(shown.size(), kMostShown);
  if (left_out > 0) {
    std::map<std::string, fs::file_time_type> changed;
    for (const std::string& name : shown) changed[name] = changed_at(directory(name));
    std::ranges::sort(shown, std::greater<>(), [&](const std::string& name) { return changed[name]; });
    shown.resize(kMostShown);
    std::ranges::sort(shown);
  }
  Json all = Json::array();
  std::set<std::string> watched;
  for (const std::string& name : shown) {
    all.push_back(describe(name));
    watched.insert(directory(name).metrics());
  }
  watched_.keep_only(watched);
  return {{"runs", std::move(all)}, {"left_out", left_out}};
}

std::string RunsFolder::report(const std::string& name) const {
  return read_plain_file(run(name).report(), kMostFileBytes, Links::refuse);
}

std::string RunsFolder::picture(const std::string& name, const std::string& file) const {
  const RunDirectory directory = run(name);
  const std::vector<std::string> files = pictures_of(directory);
  if (std::ranges::find(files, file) == files.end())
    throw Error("the run '{}' has no picture '{}'. Hint: choose one from the page's list", name,
                printable(file));
  return read_plain_file(directory.samples() + "/" + file, kMostFileBytes, Links::refuse);
}

}  // namespace gradzoo
