#include "tools/serve/runs_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/runs/config_file.h"
#include "gradzoo/runs/metrics_log.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr size_t kMostRuns = 500;
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
  std::vector<std::string> below;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (fs::is_directory(entry.symlink_status(error))) below.push_back(entry.path().filename().string());
  std::ranges::sort(below);
  for (const std::string& next : below) {
    if (names.size() >= kMostRuns) return;
    std::string its_name = name.empty() ? "" : name + "/";
    its_name += next;
    find_runs_below(folder / next, its_name, depth + 1, names);
  }
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

void describe_metrics(const RunDirectory& run, Json& json) {
  std::error_code error;
  if (!fs::exists(run.metrics(), error)) return;
  Json last = Json::object();
  for (const auto& row : read_metrics(run.metrics()))
    for (const auto& [key, value] : row) last[key] = value;
  for (const char* key : {"step", "epoch", "seconds"}) {
    if (last.contains(key)) json[key] = last[key];
    last.erase(key);
  }
  json["last"] = std::move(last);
}

Json describe_run(const RunDirectory& run, const std::string& name) {
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
    describe_metrics(run, json);
  } catch (const Error& error) {
    json["problem"] = printable(error.what());
  }
  return json;
}

}  // namespace

RunsFolder::RunsFolder(const std::string& path) : path_(path) {
  std::error_code error;
  if (!fs::is_directory(path, error))
    throw Error("serve: {} is no folder. Hint: name the one that holds your runs, such as runs", path);
}

std::vector<std::string> RunsFolder::names() const {
  std::vector<std::string> names;
  find_runs_below(path_, "", 0, names);
  return names;
}

RunDirectory RunsFolder::run(const std::string& name) const {
  if (!std::ranges::binary_search(names(), name))
    throw Error("there is no run '{}' in {}. Hint: the page lists those that there are", printable(name),
                path_);
  RunDirectory run(name == "." ? path_ : path_ + "/" + name);
  run.check_is_run();
  return run;
}

Json RunsFolder::description() const {
  Json all = Json::array();
  for (const std::string& name : names())
    all.push_back(describe_run(RunDirectory(name == "." ? path_ : path_ + "/" + name), name));
  return all;
}

std::string RunsFolder::report(const std::string& name) const {
  return read_plain_file(run(name).report(), kMostFileBytes, Links::refuse);
}

std::string RunsFolder::picture(const std::string& name, const std::string& file) const {
  const RunDirectory directory = run(name);
  const std::vector<std::string> files = pictures_of(directory);
  if (std::ranges::find(files, file) == files.end())
    throw Error("the run '{}' has no picture '{}'. Hint: the page lists those that there are", name,
                printable(file));
  return read_plain_file(directory.samples() + "/" + file, kMostFileBytes, Links::refuse);
}

}  // namespace gradzoo
