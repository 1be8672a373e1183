#include "tools/ledger/train_model.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/registry.h"
#include "models/run/trainer.h"
#include "nn/state/checkpoint.h"
#include "tools/run/training.h"

namespace gradzoo {
namespace {

constexpr int64_t kEpochsPerCheckpoint = 5;
constexpr int64_t kReports = 10;  // at most so many in a run

/// Reports log rows, and now and then saves the State.
class RowObserver : public TrainObserver {
 public:
  RowObserver(const RowContext& context, const State& state, const Model& model, int64_t steps_per_epoch,
              std::string what, std::string checkpoint)
      : context_(context),
        state_(state),
        model_(model),
        steps_per_epoch_(steps_per_epoch),
        what_(std::move(what)),
        checkpoint_(std::move(checkpoint)) {}
  void on_log(const LogRow& row) override {
    context_.progress(fmt::format("{}: epoch {:.0f}, {} {:.4g}", what_, row.epoch, model_.metrics()[0].name,
                                  row.metrics[0]));
  }
  void on_epoch(int64_t step) override {
    if (!checkpoint_.empty() && step / steps_per_epoch_ % kEpochsPerCheckpoint == 0)
      save_checkpoint(checkpoint_, state_, {{"model", what_}});
  }
  bool should_stop(int64_t) override { return false; }

 private:
  const RowContext& context_;
  const State& state_;
  const Model& model_;
  int64_t steps_per_epoch_;
  std::string what_, checkpoint_;
};

// Trains; goes on from `checkpoint` where that is a file, and saves there unless it is "".
TrainedModel train(const std::string& name, const std::vector<std::string>& assignments,
                   const RowContext& context, const std::string& what, const std::string& checkpoint) {
  ResolvedRun run = resolve_run({.model = name, .assignments = assignments});
  RunData data(run.settings);
  TrainedModel trained{std::move(run.settings), std::move(data), nullptr};
  const Settings& settings = trained.settings;
  trained.model = make_model(*run.model, settings, trained.data.shape());
  const auto batches = trained.data.batches(batch_options(settings));
  const int64_t per_epoch = batches->steps_per_epoch(), steps = total_steps(settings, per_epoch);
  Trainer trainer(*trained.model, *batches,
                  {.steps = steps,
                   .steps_per_epoch = per_epoch,
                   .log_every = std::max(per_epoch, steps / kReports),
                   .learning_rate = settings.real("lr"),
                   .schedule = settings.text("schedule")});
  State state;
  trained.model->register_state(state);
  trainer.register_state(state);
  if (!checkpoint.empty() && std::filesystem::exists(checkpoint))
    load_checkpoint(checkpoint, state, {.model = what});
  RowObserver observer(context, state, *trained.model, per_epoch, what, checkpoint);
  trainer.run(state, observer);
  return trained;
}

std::string described(const std::string& name, const std::vector<std::string>& assignments) {
  return fmt::format("{} {}", name, fmt::join(assignments, " "));
}

}  // namespace

std::vector<Quantity> TrainedModel::evaluate_on_test() const {
  return model->evaluate(
      {data.evaluation_examples(Split::test), data.train, data.seed, data.shape().toy.get()});
}

TrainedModel train_model(const std::string& model, const std::vector<std::string>& assignments,
                         const RowContext& context) {
  return train(model, assignments, context, described(model, assignments), "");
}

TrainedModel train_model_resumably(const std::string& row, const std::string& model,
                                   const std::vector<std::string>& assignments, const RowContext& context) {
  const std::string what = described(row, assignments);
  if (context.folder.empty()) return train(model, assignments, context, what, "");
  std::filesystem::create_directories(context.folder);
  const uint64_t seed = resolve_run({.model = model, .assignments = assignments}).settings.seed();
  return train(model, assignments, context, what,
               fmt::format("{}/{}-seed{}.safetensors", context.folder, row, seed));
}

void forget_checkpoints(const std::string& row, const RowContext& context) {
  if (context.folder.empty()) return;
  for (const auto& file : std::filesystem::directory_iterator(context.folder)) {
    if (file.path().filename().string().starts_with(row + "-seed")) std::filesystem::remove(file.path());
  }
}

double value_of(const std::vector<Quantity>& quantities, std::string_view name) {
  for (const Quantity& quantity : quantities) {
    if (quantity.name == name) return quantity.value;
  }
  return NAN;
}

}  // namespace gradzoo
