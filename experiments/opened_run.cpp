#include "gradzoo/experiments/opened_run.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/shared_training.h"
#include "gradzoo/experiments/zoo.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "nn/parallel/shared_rows.h"

namespace gradzoo {
namespace {

SafetensorsReader state_file(const RunDirectory& directory, bool weights_alone) {
  if (weights_alone) {
    check_card(directory);
    return SafetensorsReader(directory.weights(), Links::refuse);
  }
  return SafetensorsReader(directory.checkpoint(), Links::refuse);
}

}  // namespace

std::string check_same_data(const RunDirectory& directory, const RunData& data) {
  const std::string recorded = read_config(directory.config()).data_sha256;
  std::string found = data.sha256();
  if (recorded.empty() || recorded == found) return found;
  throw Error(
      "{}: the images of {} have changed since the run began: their SHA-256 is {:.12}..., and was {:.12}.... "
      "Hint: restore the old images, or start a new run",
      directory.path(), data.name(), found, recorded);
}

RunMode::RunMode(int64_t threads) {
  set_flush_denormals(true);
  if (threads > 0) set_num_threads(static_cast<int>(threads));
}

bool is_run(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(RunDirectory(find_run(path)).config(), error);
}

OpenedRun::OpenedRun(const std::string& path, std::optional<uint64_t> seed, int64_t threads,
                     Processes& processes)
    : mode_(threads), seed_(seed), processes_(processes), directory(find_run(path)) {
  directory.check_is_run();
  const ConfigFile config = read_config(directory.config());
  const bool alone = directory.is_weights_alone();
  static_cast<OpenedModel&>(*this) = open_model(config, state_file(directory, alone), alone);
  if (processes_.is_alone()) return;
  State state;
  if (alone) {
    state = model->weights().state;
  } else {
    model->register_state(state);
  }
  state.add("trainer.step", step);
  check_same_text(processes_, config_text(config.model, options->table(), "") + fingerprint(state));
}

std::string OpenedRun::description() const {
  return fmt::format("{}: {} at step {} on {}", path(), model_name(), step, options->data.data);
}

Tensor OpenedRun::samples(int64_t n, Rng& rng, const Tensor& labels,
                          const std::vector<std::string>& assignments) const {
  Countdown countdown(progress, "samples of " + printable(path()));
  const RowBlocks blocks(n);
  const Tensor asked = labels.defined() ? labels : any_labels(n, model->labels());
  int64_t drawn = 0;  // blocks
  return shared_draws(blocks, processes_, rng, [&](int64_t i, Rng& own) {
    const auto done = [&](double share) {
      countdown.done((static_cast<double>(drawn) + share) * static_cast<double>(processes_.count()) /
                     static_cast<double>(blocks.count));
    };
    const Tensor of_block = asked.defined() ? rows_of_block(asked, blocks, i) : Tensor();
    Tensor samples = model->sample({blocks.size, own, of_block, assignments, done});
    ++drawn;
    return samples;
  });
}

const RunData& OpenedRun::data() {
  if (data_) return *data_;
  Countdown countdown(progress, "reading " + printable(options->data.data));
  options->data.progress = [&](double share) { countdown.done(share); };
  auto read = std::make_unique<RunData>(options->data, options->training);
  options->data.progress = {};
  check_same_data(directory, *read);
  data_ = std::move(read);
  return *data_;
}

}  // namespace gradzoo
