#include "gradzoo/experiments/run_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = "/.begun";

[[noreturn]] void cannot_make(const std::string& path, int code) {
  throw Error("cannot make {}: {}. Hint: give --out DIR with a folder that you may write to", path,
              std::strerror(reason_for_no_file(path, code)));
}

// Whether the folder was made; false where something of that name exists.
bool make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0) return true;
  if (errno != EEXIST) cannot_make(path, errno);
  return false;
}

}  // namespace

RunDirectory::RunDirectory(std::string path) : path_(std::move(path)), results_(path_) {
  std::error_code error;
  if (!fs::exists(weights(), error) || fs::exists(checkpoint(), error)) return;
  const fs::path whole = fs::absolute(path_, error).lexically_normal();
  results_ = "runs/zoo-" + (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

std::string RunDirectory::epoch_picture(int64_t epoch, const std::string& ending) const {
  return picture(fmt::format("epoch-{:04}{}", epoch, ending));
}

std::vector<std::pair<int64_t, std::string>> RunDirectory::epoch_pictures() const {
  std::vector<std::pair<int64_t, std::string>> pictures;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(samples(), error)) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("epoch-") || !is_picture(entry.path().native())) continue;
    if (const auto epoch = parse_number<int64_t>(name.substr(std::strlen("epoch-"))))
      pictures.emplace_back(*epoch, entry.path().string());
  }
  std::ranges::sort(pictures);
  return pictures;
}

void RunDirectory::check_is_run() const {
  std::error_code error;
  check_visible(path_);
  if (!fs::exists(path_, error))
    throw Error("the run {} does not exist. Hint: gradzoo train MODEL --out {}", path_, path_);
  if (!fs::is_directory(path_, error))
    throw Error("{} is not a run: it is a file. Hint: name the folder that gradzoo train made", path_);
  for (const std::string& file : {config(), metrics(), checkpoint(), weights(), report()})
    check_plain_or_absent(file);
  check_visible(config());
  if (!fs::exists(config(), error)) {
    throw Error(
        "{} is not a run: it has no config.toml. Hint: name a folder that gradzoo train made, or remove this "
        "one if a killed process left it",
        path_);
  }
  if (fs::is_symlink(samples(), error))
    throw Error("{}: is a link, not a folder. Hint: put the folder itself there", samples());
  for (const fs::directory_entry& entry : fs::directory_iterator(samples(), error))
    if (is_picture(entry.path().native())) check_plain_or_absent(entry.path().string());
}

void RunDirectory::make_samples_folder() const {
  std::error_code error;
  if (is_weights_alone()) fs::create_directories(results_, error);
  if (!make_folder(samples()) && !fs::is_directory(samples(), error)) cannot_make(samples(), EEXIST);
}

std::string RunDirectory::result(const std::string& file) const {
  make_samples_folder();
  return samples() + "/" + file;
}

NewRunDirectory::NewRunDirectory(const std::string& out, const std::string& model) : NewRunDirectory() {
  if (out.empty()) {
    for (int n = 1;; ++n)
      if (claim(fmt::format("runs/{}-{}", model, n))) return;
  }
  std::string path = out;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (!claim(path)) {
    throw Error(
        "{} exists already, and a run is never overwritten. Hint: train --resume {}, or give another --out",
        out, out);
  }
}

bool NewRunDirectory::claim(const std::string& path) {
  std::vector<std::string> missing;
  std::error_code error;
  for (fs::path parent = fs::path(path).parent_path(); !parent.empty() && !fs::exists(parent, error);
       parent = parent.parent_path())
    missing.insert(missing.begin(), parent.string());
  for (const std::string& parent : missing)
    if (make_folder(parent)) made_.push_back(parent);
  if (make_folder(path)) {
    made_.push_back(path);  // where nothing comes of it
  } else {
    was_there_ = fs::is_directory(fs::symlink_status(path, error)) && fs::is_empty(path, error) && !error;
    if (!was_there_) return false;
  }
  // What is empty another may have made just now: who makes the mark has it.
  if (!make_folder(path + kMark)) return was_there_ = false;
  directory_ = RunDirectory(path);
  return true;
}

void NewRunDirectory::keep() {
  kept_ = true;
  std::error_code ignored;
  fs::remove(directory_.path() + kMark, ignored);
}

NewRunDirectory::~NewRunDirectory() {
  if (kept_) return;
  std::error_code ignored;
  if (!directory_.path().empty()) fs::remove_all(directory_.path(), ignored);
  if (was_there_) fs::create_directory(directory_.path(), ignored);
  for (auto parent = made_.rbegin(); parent != made_.rend(); ++parent) fs::remove(*parent, ignored);
}

}  // namespace gradzoo
