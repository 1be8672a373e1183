#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/experiments/open_model.h"
#include "gradzoo/experiments/run_directory.h"
#include "gradzoo/models/run/session.h"
#include "gradzoo/nn/parallel/processes.h"

namespace gradzoo {

/// Sets how this process computes while the object exists: `threads` threads (0: no change), denormals
/// flushed to zero as in training, nothing recorded. Opened runs use it, so samples are identical.
class RunMode {
 public:
  explicit RunMode(int64_t threads = 0);

 private:
  NoGrad quiet_;
};

/// A run loaded from its directory: the options, and the model with the weights of the checkpoint. All
/// commands that use a finished run load it with this class.
class OpenedRun : public OpenedModel {
 public:
  /// `seed` is the seed of the random draws; by default it is the run's seed. All `processes` open the run
  /// and share its work. Throws Error if the directory is not a run, or if its checkpoint is damaged or
  /// belongs to another model.
  explicit OpenedRun(const std::string& path, std::optional<uint64_t> seed = {}, int64_t threads = 0,
                     Processes& processes = this_process());
  OpenedRun(const OpenedRun&) = delete;
  OpenedRun& operator=(const OpenedRun&) = delete;

  const std::string& path() const { return directory.path(); }
  const std::string& model_name() const { return options->entry().name; }
  Pixels pixels() const { return options->pixels(shape); }  ///< conversion of bytes to pixel values
  Processes& processes() const { return processes_; }
  uint64_t seed() const { return seed_.value_or(options->training.stream_seed()); }
  /// Returns a description: "runs/vae-1: vae at step 5500 on mnist".
  std::string description() const;

  /// Returns the run's examples, which are read at the first call. Throws Error if their SHA-256 is not the
  /// one of the training data in config.toml.
  const RunData& data();
  /// Frees the examples; the next call of data() reads them again.
  void release_data() { data_.reset(); }
  /// Returns n samples, (n, H, W), (n, H, W, 3) or (n, d). If `rng` starts as sample_stream(), they are the
  /// samples of `gradzoo sample`. `labels` and `assignments` are those of Model::sample(). This is a
  /// collective call: the processes share the rows.
  Tensor samples(int64_t n, Rng& rng, const Tensor& labels = {},
                 const std::vector<std::string>& assignments = {}) const;
  Rng sample_stream() const { return Rng(seed(), "samples"); }

 private:
  RunMode mode_;
  std::optional<uint64_t> seed_;
  Processes& processes_;
  std::unique_ptr<RunData> data_;

 public:
  RunDirectory directory;
  std::FILE* progress = nullptr;  // stream for progress lines; may be null
};

/// True if the path is a run directory.
bool is_run(const std::string& path);

/// Returns the SHA-256 of the examples. Throws Error if it differs from the training data's in config.toml.
std::string check_same_data(const RunDirectory& directory, const RunData& data);

}  // namespace gradzoo
