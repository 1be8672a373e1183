#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradzoo {

/// True if the file has the ending of a picture.
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
  /// Weights of a run that cannot be trained further; such a run has no checkpoint.
  std::string weights() const { return path_ + "/weights.safetensors"; }
  /// Card of a zoo run: the SHA-256 of its weights, and its measured results.
  std::string card() const { return path_ + "/card.json"; }
  bool is_weights_alone() const { return results_ != path_; }
  std::string report() const { return path_ + "/report.html"; }
  std::string samples() const { return results_ + "/samples"; }
  std::string picture(const std::string& file) const { return samples() + "/" + file; }
  /// Returns the path in samples() of a file that is made from a finished run. Makes the folder if needed.
  std::string result(const std::string& file) const;
  /// Returns the path of the samples after an epoch, counted from 1.
  std::string epoch_picture(int64_t epoch, const std::string& ending) const;
  /// Returns the epochs with a picture of samples, in ascending order, and the paths of the pictures.
  std::vector<std::pair<int64_t, std::string>> epoch_pictures() const;

  /// Throws Error unless the path is a run: a folder with a config.toml, in which all files are plain files
  /// and not links, devices or pipes.
  void check_is_run() const;
  /// Makes samples/ if it does not exist. Throws Error if that fails.
  void make_samples_folder() const;

 private:
  std::string path_, results_;
};

/// A file or folder that a command will write.
struct Output {
  std::string name;                       ///< name of the option or argument: "--html"
  std::string path = {};                  ///< path as typed by the user
  std::string what = {};                  ///< kind of the file: "a page"
  std::vector<std::string> endings = {};  ///< allowed endings; "": no ending of a known kind; {}: any
};

/// Throws Error, before anything is written, unless a command may write all its outputs. An output must have
/// an allowed ending. It must not be a file of a run or lab, another output, or an input, must not be inside
/// an input folder, and must not contain an input; links are followed. An input is a path, the name of a
/// dataset or a run, or KEY=PATH; new files inside a run are allowed. The message begins with `command`.
void check_outputs(const std::string& command, std::span<const Output> outputs,
                   std::span<const std::string> inputs);

/// A new run directory. The destructor removes it, and the folders made for it, unless keep() was called.
class NewRunDirectory {
 public:
  /// Makes the folder `out`, or the next free runs/<model>-<n> if `out` is "". An existing empty folder is
  /// used. If several processes try the same path, one succeeds. Throws Error if `out` is not an empty
  /// folder, or if it cannot be made.
  NewRunDirectory(const std::string& out, const std::string& model);
  ~NewRunDirectory();
  NewRunDirectory(const NewRunDirectory&) = delete;
  NewRunDirectory& operator=(const NewRunDirectory&) = delete;

  const RunDirectory& directory() const { return directory_; }
  void keep();

 private:
  NewRunDirectory() = default;  // so that the destructor clears up after a constructor that throws
  // Makes the folder, or takes an empty one. Returns false if the path exists or another process has it.
  bool claim(const std::string& path);

  RunDirectory directory_{""};
  std::vector<std::string> made_;  // folders, outermost first
  bool was_there_ = false;         // true if the folder existed and was empty
  bool kept_ = false;
};

}  // namespace gradzoo
