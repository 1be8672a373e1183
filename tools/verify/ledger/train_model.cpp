#include "tools/verify/ledger/train_model.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <span>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/state/checkpoint.h"

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
std::unique_ptr<Session> train(const std::string& line, const std::string& checkpoint,
                               const RowContext& context) {
  auto session = std::make_unique<Session>(*options_of_line(line));
  if (!checkpoint.empty() && std::filesystem::exists(checkpoint))
    load_checkpoint(checkpoint, session->state, {.model = line});
  RowObserver observer(context, *session, line, checkpoint);
  session->train(observer);
  return session;
}

std::string checkpoint_of(const std::string& line, const RowContext& context) {
  return context.folder.empty() ? "" : fmt::format("{}/{}.safetensors", context.folder, line);
}

}  // namespace

std::unique_ptr<RunOptions> options_of_line(const std::string& line) {
  std::istringstream text(line);
  const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
  return run_options(words[0], std::span(words).subspan(1));
}

std::unique_ptr<Session> train_model(const std::string& line, const RowContext& context) {
  return train(line, "", context);
}

std::unique_ptr<Session> train_resumably(const std::string& line, const RowContext& context) {
  if (!context.folder.empty()) std::filesystem::create_directories(context.folder);
  return train(line, checkpoint_of(line, context), context);
}

void forget_checkpoint(const std::string& line, const RowContext& context) {
  std::filesystem::remove(checkpoint_of(line, context));
}

Session& trained_once(const std::string& line, const RowContext& context) {
  static std::map<std::string, std::unique_ptr<Session>> known;
  std::unique_ptr<Session>& session = known[line];
  if (!session) {
    session = train_resumably(line, context);
    forget_checkpoint(line, context);
  }
  return *session;
}

Quantities evaluate_on_test(Session& trained) {
  return trained.model->evaluate(trained.data.view(trained.data.evaluation_examples(Split::test)));
}

}  // namespace gradzoo
