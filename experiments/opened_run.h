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

/// How this process computes while it shows a run: with so many threads (0: as it is), denormals flushed to
/// zero as in training, nothing recorded. Whoever shows a run has one, so that all draw the same samples.
class RunMode {
 public:
  explicit RunMode(int64_t threads = 0);

 private:
  NoGrad quiet_;
};

/// A run read back from its directory, and the only door to a finished one: options, and the model with its
/// weights as of the checkpoint.
class OpenedRun : public OpenedModel {
 public:
  /// `seed`: of what is drawn; the run's own where none is given. `processes`: all of them open it, and share
  /// its work. Throws Error where the directory is no run, or its checkpoint is damaged or of another model.
  explicit OpenedRun(const std::string& path, std::optional<uint64_t> seed = {}, int64_t threads = 0,
                     Processes& processes = this_process());
  OpenedRun(const OpenedRun&) = delete;
  OpenedRun& operator=(const OpenedRun&) = delete;

  const std::string& path() const { return directory.path(); }
  const std::string& model_name() const { return options->entry().name; }
  Pixels pixels() const { return options->pixels(shape); }  ///< how it reads bytes
  Processes& processes() const { return processes_; }
  uint64_t seed() const { return seed_.value_or(options->training.stream_seed()); }
  /// "runs/vae-1: vae at step 5500 on mnist"
  std::string description() const;

  /// Its examples, read when they are first asked for. Throws Error where they are not those that the run
  /// trained on, by the SHA-256 in its config.toml.
  const RunData& data();
  /// Gives their memory back until they are asked for again.
  void release_data() { data_.reset(); }
  /// A collective call of the processes, which share the rows. n samples, (n, H, W), (n, H, W, 3) or (n, d):
  /// those that `gradzoo sample` draws, as long as `rng` begins as sample_stream(). `labels` and
  /// `assignments` as Model::sample takes them.
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
  std::FILE* progress = nullptr;  // where long work says how it goes
};

/// Whether the path is a run's.
bool is_run(const std::string& path);

/// The SHA-256 of the images. Throws Error where they are not those that the run trained on, by its
/// config.toml.
std::string check_same_data(const RunDirectory& directory, const RunData& data);

}  // namespace gradzoo
