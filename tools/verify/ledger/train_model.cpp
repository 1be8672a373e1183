#include "tools/verify/ledger/train_model.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "state/checkpoint.h"

namespace gradzoo {
namespace {

constexpr int64_t kEpochsPerCheckpoint = 5;
constexpr int64_t kReports = 10;  // at most so many in a run

/// Reports how far training is, and now and then saves the State.
class RowObserver : public TrainObserver {
 public:
  RowObserver(const RowContext& context, const Session& session, std::string what, std::string checkpoint)
      : context_(context),
        session_(session),
        per_epoch_(session.batches->steps_per_epoch()),
        per_report_(std::max(per_epoch_, session.steps / kReports)),
        what_(std::move(what)),
        checkpoint_(std::move(checkpoint)) {}
  void on_log(const LogRow& row) override {
    if (row.step / per_report_ == reports_) return;
    reports_ = row.step / per_report_;
    context_.progress(fmt::format("{}: epoch {:.0f}, {} {:.4g}", what_, row.epoch,
                                  session_.model->metrics()[0].name, row.metrics[0]));
  }
  void on_epoch(int64_t step) override {
    if (!checkpoint_.empty() && step / per_epoch_ % kEpochsPerCheckpoint == 0)
      save_checkpoint(checkpoint_, session_.state, {{"model", what_}});
  }
  bool should_stop(int64_t) override { return false; }

 private:
  const RowContext& context_;
  const Session& session_;
  int64_t per_epoch_, per_report_, reports_ = 0;
  std::string what_, checkpoint_;
};

// Trains; goes on from `checkpoint` where that is a file, and saves there unless it is "".
std::unique_ptr<Session> train(const RunOptions& options, const RowContext& context, const std::string& what,
                               const std::string& checkpoint) {
  auto session = std::make_unique<Session>(options);
  if (!checkpoint.empty() && std::filesystem::exists(checkpoint))
    load_checkpoint(checkpoint, session->state, {.model = what});
  RowObserver observer(context, *session, what, checkpoint);
  session->train(observer);
  return session;
}

std::string described(const std::string& name, const std::vector<std::string>& assignments) {
  return fmt::format("{} {}", name, fmt::join(assignments, " "));
}

}  // namespace

std::unique_ptr<Session> train_model(const std::string& model, const std::vector<std::string>& assignments,
                                     const RowContext& context) {
  return train(*run_options(model, assignments), context, described(model, assignments), "");
}

std::unique_ptr<Session> train_model_resumably(const std::string& row, const std::string& model,
                                               const std::vector<std::string>& assignments,
                                               const RowContext& context) {
  const std::unique_ptr<RunOptions> options = run_options(model, assignments);
  const std::string what = described(row, assignments);
  if (context.folder.empty()) return train(*options, context, what, "");
  std::filesystem::create_directories(context.folder);
  return train(*options, context, what,
               fmt::format("{}/{}-seed{}.safetensors", context.folder, row, options->training.seed));
}

void forget_checkpoints(const std::string& row, const RowContext& context) {
  if (context.folder.empty()) return;
  for (const auto& file : std::filesystem::directory_iterator(context.folder)) {
    if (file.path().filename().string().starts_with(row + "-seed")) std::filesystem::remove(file.path());
  }
}

Quantities evaluate_on_test(Session& trained) {
  return trained.model->evaluate(trained.data.view(trained.data.evaluation_examples(Split::test)));
}

}  // namespace gradzoo
