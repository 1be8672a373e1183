#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradzoo {

/// Whether a file of a run's samples is a picture.
inline bool is_picture(std::string_view file) { return file.ends_with(".png") || file.ends_with(".svg"); }

/// The paths of a run's files. Results from a run that has only weights (experiments/zoo.h) are written to
/// runs/zoo-NAME.
class RunDirectory {
 public:
  explicit RunDirectory(std::string path);

  const std::string& path() const { return path_; }
  std::string config() const { return path_ + "/config.toml"; }
  std::string metrics() const { return path_ + "/metrics.jsonl"; }
  std::string checkpoint() const { return path_ + "/checkpoint.safetensors"; }
  /// Those of a run that is not trained on, in place of a checkpoint.
  std::string weights() const { return path_ + "/weights.safetensors"; }
  /// Beside weights of the zoo: their SHA-256, and what was measured of them.
  std::string card() const { return path_ + "/card.json"; }
  bool is_weights_alone() const { return results_ != path_; }
  std::string report() const { return path_ + "/report.html"; }
  std::string samples() const { return results_ + "/samples"; }
  std::string picture(const std::string& file) const { return samples() + "/" + file; }
  /// Where a file that is made of a finished run goes, in samples(), which is made where it is not there.
  std::string result(const std::string& file) const;
  /// The samples after an epoch, counted from 1.
  std::string epoch_picture(int64_t epoch, const std::string& ending) const;
  /// The epochs that have such a picture, ascending, with its path.
  std::vector<std::pair<int64_t, std::string>> epoch_pictures() const;

  /// Throws Error unless this is a run: a folder with a config.toml, whose files are plain files, no links,
  /// devices or pipes.
  void check_is_run() const;
  /// Makes samples/ where there is none. Throws Error where that cannot be.
  void make_samples_folder() const;

 private:
  std::string path_, results_;
};

/// A file or folder that a command is to write.
struct Output {
  std::string name;                       ///< of the option or argument: "--html"
  std::string path = {};                  ///< as it was typed
  std::string what = {};                  ///< "a page": what it will be
  std::vector<std::string> endings = {};  ///< that its name may have, "": none that says a kind; {}: any
};

/// The one rule of what may be written, which nothing has been when it throws Error: the name's ending says
/// what will be there; it is no file of a run or lab, no other output, no input, in no folder that is an
/// input, and has no input in it, wherever links lead. An input is a path, the name of a dataset or a run, or
/// KEY=PATH; a run may get new files. `command` begins the sentence.
void check_outputs(const std::string& command, std::span<const Output> outputs,
                   std::span<const std::string> inputs);

/// A run directory in the making: unless keep() is called, it and the folders made for it are removed again.
class NewRunDirectory {
 public:
  /// Makes `out`, or the next free runs/<model>-<n> where that is empty; an empty folder `out` will do. Of
  /// several processes one has it. Throws Error where `out` is anything else or nothing can be made there.
  NewRunDirectory(const std::string& out, const std::string& model);
  ~NewRunDirectory();
  NewRunDirectory(const NewRunDirectory&) = delete;
  NewRunDirectory& operator=(const NewRunDirectory&) = delete;

  const RunDirectory& directory() const { return directory_; }
  void keep();

 private:
  NewRunDirectory() = default;  // so that the destructor clears up after a constructor that throws
  // Makes the folder, or takes one that is empty; false where something of that name exists, or is another's.
  bool claim(const std::string& path);

  RunDirectory directory_{""};
  std::vector<std::string> made_;  // folders, outermost first
  bool was_there_ = false;         // as an empty folder
  bool kept_ = false;
};

}  // namespace gradzoo
