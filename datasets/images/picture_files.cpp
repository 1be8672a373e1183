#include "datasets/images/picture_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include <sys/stat.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostFiles = 1'000'000;
constexpr int kDeepest = 32;
constexpr size_t kMostClasses = 256;  // a label is a byte

std::string in_lower_case(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

bool has_picture_ending(const std::string& file) {
  const std::string name = in_lower_case(file);
  return name.ends_with(".png") || name.ends_with(".jpg") || name.ends_with(".jpeg");
}

struct ListedFile {
  PictureFile file;
  std::pair<dev_t, ino_t> identity;
  bool link = false;
};

/// Goes through folders and notes what it passes over.
class Listing {
 public:
  explicit Listing(std::vector<Skipped>& skipped) : skipped_(skipped) {}

  // All pictures below `folder`, whose names are to begin with `prefix`; in no order.
  void walk(const fs::path& folder, const std::string& prefix, std::vector<ListedFile>& out, int depth = 0) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    if (error) return note_skipped(skipped_, "a folder that cannot be read", prefix);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string last = entry->path().filename().string(), name = prefix + last;
      if (++files_ > kMostFiles)
        throw Error("{}: it has more than {} files. Hint: use a smaller folder", folder.string(), kMostFiles);
      if (last.starts_with(".")) {
        note_skipped(skipped_, "hidden", name);
        continue;
      }
      struct stat own {};
      if (::lstat(entry->path().c_str(), &own) != 0) continue;  // removed while we look
      if (S_ISDIR(own.st_mode)) {
        if (depth == kDeepest)
          note_skipped(skipped_, "too many levels of folders", name);
        else
          walk(entry->path(), name + "/", out, depth + 1);
        continue;
      }
      take(entry->path(), name, S_ISLNK(own.st_mode), own, out);
    }
  }

  // Each file once: one of its plain names, of links the first. Sorted by class and name.
  std::vector<PictureFile> each_once(std::vector<ListedFile> files) {
    std::ranges::sort(files, [](const ListedFile& a, const ListedFile& b) {
      return std::tie(a.link, a.file.name) < std::tie(b.link, b.file.name);
    });
    std::vector<PictureFile> out;
    for (ListedFile& listed : files) {
      if (seen_.insert(listed.identity).second)
        out.push_back(std::move(listed.file));
      else
        note_skipped(skipped_, "a link to a picture that is listed already", listed.file.name);
    }
    std::ranges::sort(out, {}, &PictureFile::name);
    return out;
  }

 private:
  void take(const fs::path& path, const std::string& name, bool link, struct stat status,
            std::vector<ListedFile>& out) {
    if (link && ::stat(path.c_str(), &status) != 0) return note_skipped(skipped_, "a link to nothing", name);
    if (link && S_ISDIR(status.st_mode))
      return note_skipped(skipped_, "a link to a folder, which is not followed", name);
    if (!S_ISREG(status.st_mode)) return note_skipped(skipped_, "not a regular file", name);
    if (!has_picture_ending(name)) return note_skipped(skipped_, "neither .png nor .jpg", name);
    const int64_t seconds = status.st_mtim.tv_sec, nanoseconds = status.st_mtim.tv_nsec;
    out.push_back({{path.string(), name, 0, static_cast<uint64_t>(status.st_size),
                    seconds * 1'000'000'000 + nanoseconds},
                   {status.st_dev, status.st_ino},
                   link});
  }

  std::vector<Skipped>& skipped_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  int64_t files_ = 0;
};

// "cats" of "train/cats/tom.png" below the prefix "train/"; empty where no folder lies between.
std::string_view class_of(const PictureFile& file, size_t prefix) {
  const std::string_view below = std::string_view(file.name).substr(prefix);
  const size_t slash = below.find('/');
  return slash == std::string_view::npos ? std::string_view() : below.substr(0, slash);
}

// The folders that all of these lie in; empty where one lies in none.
std::set<std::string> classes_of(const std::vector<PictureFile>& files, size_t prefix) {
  std::set<std::string> classes;
  for (const PictureFile& file : files) {
    const std::string_view name = class_of(file, prefix);
    if (name.empty()) return {};
    classes.emplace(name);
  }
  return classes;
}

// Names by label: where each is another number, that is the label, and numbers between have no name; else in
// the order of names.
std::vector<std::string> by_label(const std::set<std::string>& names) {
  std::vector<std::string> numbered(kMostClasses);
  size_t most = 0;
  for (const std::string& name : names) {
    const auto label = static_cast<size_t>(parse_number<int64_t>(name).value_or(-1));  // -1: the largest
    const bool digits = name.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || label >= kMostClasses || !numbered[label].empty()) return {names.begin(), names.end()};
    numbered[label] = name;
    most = std::max(most, label);
  }
  numbered.resize(most + 1);
  return numbered;
}

void set_labels(std::vector<PictureFile>& files, const std::vector<std::string>& classes, size_t prefix) {
  if (classes.empty()) return;
  std::map<std::string_view, int64_t> labels;
  for (size_t label = 0; label < classes.size(); ++label) labels.emplace(classes[label], label);
  for (PictureFile& file : files) file.label = labels.at(class_of(file, prefix));
  std::ranges::stable_sort(files, {}, &PictureFile::label);
}

/// What a folder holds, hidden names left out.
struct Contents {
  std::vector<std::string> folders, others;
};

Contents contents_of(const fs::path& folder) {
  Contents out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".")) continue;
    (fs::is_directory(entry.symlink_status(error)) ? out.folders : out.others).push_back(name);
  }
  std::ranges::sort(out.folders);
  return out;
}

/// Where the pictures of the parts lie, below the folder: "train/" and "test/", or "" of the whole of it.
struct Parts {
  std::string train, test;
};

// Folders that hold but one folder are gone through; what lies beside the parts is noted.
Parts find_parts(const fs::path& folder, std::vector<Skipped>& skipped) {
  std::string inside;
  Contents found = contents_of(folder);
  const auto first_of = [&](std::initializer_list<const char*> names) -> std::string {
    for (const char* name : names) {
      const auto at = std::ranges::find(found.folders, name, in_lower_case);
      if (at != found.folders.end()) return *at;
    }
    return "";
  };
  for (int depth = 0;; ++depth) {
    const std::string train = first_of({"train", "training"});
    const std::string test = first_of({"test", "testing", "val", "valid", "validation", "eval", "dev"});
    if (!train.empty()) {
      for (const auto* names : {&found.folders, &found.others})
        for (const std::string& name : *names)
          if (name != train && name != test)
            note_skipped(skipped, "it is outside the folder of training", inside + name);
      return {inside + train + "/", test.empty() ? "" : inside + test + "/"};
    }
    const bool wraps = found.folders.size() == 1 && std::ranges::none_of(found.others, has_picture_ending);
    if (!wraps || depth == kDeepest) return {inside, ""};
    inside += found.folders.front() + "/";
    found = contents_of(folder / inside);
  }
}

// The pictures that lie beside sub-folders of classes, where they are few: a cover, say. They have no class.
void leave_out_few(std::vector<PictureFile>& files, size_t prefix, PictureFolder& out) {
  const auto is_loose = [&](const PictureFile& file) { return class_of(file, prefix).empty(); };
  const auto loose = static_cast<size_t>(std::ranges::count_if(files, is_loose));
  if (loose == 0 || loose == files.size()) return;
  std::set<std::string_view> folders;
  for (const PictureFile& file : files) folders.insert(class_of(file, prefix));
  if (folders.size() < 3) return;  // "" among them
  out.beside_classes = loose * 10 > files.size();
  if (out.beside_classes) return;
  for (const PictureFile& file : files)
    if (is_loose(file)) note_skipped(out.skipped, "it is outside the folders of classes", file.name);
  std::erase_if(files, is_loose);
}

}  // namespace

PictureFolder list_pictures(const std::string& folder) {
  PictureFolder out;
  const auto [train, test] = find_parts(folder, out.skipped);
  Listing listing(out.skipped);
  std::vector<ListedFile> files;
  listing.walk(fs::path(folder) / train, train, files);
  out.train = listing.each_once(std::move(files));
  leave_out_few(out.train, train.size(), out);
  if (!test.empty()) {
    std::vector<ListedFile> held_out;
    listing.walk(fs::path(folder) / test, test, held_out);
    out.test = listing.each_once(std::move(held_out));
    out.has_test = !out.test.empty();
  }
  std::set<std::string> classes = classes_of(out.train, train.size());
  if (out.has_test) {
    const std::set<std::string> of_test = classes_of(out.test, test.size());
    if (classes.empty() != of_test.empty())
      throw Error(
          "{}: only one of its {} and {} has one sub-folder per class. Hint: make these sub-folders in both "
          "or in neither",
          folder, train, test);
    classes.insert(of_test.begin(), of_test.end());
  }
  if (classes.size() > kMostClasses)
    throw Error(
        "{}: its pictures are in {} sub-folders, and at most {} classes are allowed. Hint: use fewer, or put "
        "all pictures into one folder",
        folder, classes.size(), kMostClasses);
  if (classes.size() > 1) out.classes = by_label(classes);
  set_labels(out.train, out.classes, train.size());
  set_labels(out.test, out.classes, test.size());
  return out;
}

}  // namespace gradzoo
