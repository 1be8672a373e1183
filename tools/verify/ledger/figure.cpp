#include "tools/verify/ledger/figure.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/state/checkpoint.h"

namespace gradzoo {
namespace {

using Number = std::function<double(const Quantities&)>;

// Returns the words of a line that are not in the other line.
std::string words_beside(const std::string& line, const std::string& other) {
  std::istringstream text(line);
  std::vector<std::string> words;
  for (std::string word; text >> word;)
    if ((" " + other + " ").find(" " + word + " ") == std::string::npos) words.push_back(word);
  return fmt::format("{}", fmt::join(words, " "));
}

std::string said(const Quantities& measured, const std::vector<QuantityInfo>& infos) {
  std::vector<std::string> words;
  for (const QuantityInfo& info : infos) {
    const Quantity* found = measured.find(info);
    if (found == nullptr) continue;
    words.push_back(found->name + " " + with_error({found->value, found->error}));
  }
  return words.empty() ? "" : fmt::format(": {}", fmt::join(words, ", "));
}

struct Figure {
  FigureRuns runs;
  FigureValue value;
  Gate gate;
  std::string setting;
  std::vector<QuantityInfo> said;
};

RowResult result_of(const Figure& figure, Measured measured) {
  std::string setting = figure.setting;
  for (size_t i = 0; i < measured.size(); ++i) {
    const FigureRun& run = figure.runs.at(i);
    const std::string words = i == 0 ? run.line : words_beside(run.line, figure.runs[0].line);
    setting += fmt::format("; {}{}{}{}", words, words.empty() || run.how.empty() ? "" : ", ", run.how,
                           said(measured[i], figure.said));
  }
  return {figure.value(measured), figure.gate, setting};
}

RowResult measure(const Figure& figure, const RowContext& context) {
  std::vector<Quantities> measured;
  for (const FigureRun& run : figure.runs) {
    const auto alone = run.shared ? nullptr : train_resumably(run.line, context);
    measured.push_back(run.measure(run.shared ? trained_once(run.line, context) : *alone));
    context.progress(run.line + said(measured.back(), figure.said));
  }
  for (const FigureRun& run : figure.runs) forget_checkpoint(run.line, context);
  return result_of(figure, measured);
}

}  // namespace

FigureRuns runs_of(const std::string& line, const std::vector<std::string>& words) {
  FigureRuns runs;
  for (const std::string& word : words) runs.push_back({fmt::format("{} {}", line, word)});
  return runs;
}

FigureRuns seeds_of(const std::string& line, int seeds) {
  FigureRuns runs;
  for (int seed = 1; seed <= seeds; ++seed) runs.push_back({fmt::format("{} seed={}", line, seed)});
  return runs;
}

FigureValue largest(Number number) {
  return [number = std::move(number)](Measured measured) {
    double most = -INFINITY;
    for (const Quantities& each : measured) {
      if (const double x = number(each); !(x <= most) && !std::isnan(most)) most = x;
    }
    return most;
  };
}

FigureValue largest(QuantityInfo info) {
  return largest([info](const Quantities& measured) { return measured[info].value; });
}

FigureValue least(QuantityInfo info) {
  const FigureValue largest_negative =
      largest([info](const Quantities& measured) { return -measured[info].value; });
  return [largest_negative](Measured measured) { return -largest_negative(measured); };
}

FigureValue mean_of(QuantityInfo info) {
  return [info](Measured measured) {
    double sum = 0;
    for (const Quantities& each : measured) sum += each[info].value;
    return sum / static_cast<double>(measured.size());
  };
}

FigureValue rise_of(QuantityInfo info) {
  return [mean = mean_of(info)](Measured measured) {
    const size_t half = measured.size() / 2;
    return mean(measured.subspan(half)) - mean(measured.first(half));
  };
}

Refused measured_as(std::vector<Quantities> runs) {
  return [runs = std::move(runs)] { return runs; };
}

Row figure(RowInfo info, FigureRuns runs, FigureValue value, Gate gate, std::string setting,
           std::vector<QuantityInfo> said, std::vector<Planted<Refused>> plants) {
  const auto figure = std::make_shared<const Figure>(
      Figure{std::move(runs), std::move(value), gate, std::move(setting), std::move(said)});
  Row row = bare_row(RowKind::figure, std::move(info),
                     [figure](const RowContext& context) { return measure(*figure, context); });
  row.resumes = true;
  row.data = [figure] {
    std::vector<std::string> names;
    for (const FigureRun& run : figure->runs) names.push_back(run_options(run.line)->data.data);
    return names;
  };
  for (Planted<Refused>& plant : plants)
    row.plants.push_back(
        {std::move(plant.name), [figure, refused = std::move(plant.subject)](const RowContext&) {
           return result_of(*figure, refused());
         }});
  return row;
}

namespace {

constexpr int64_t kEpochsPerCheckpoint = 5;
constexpr int64_t kReports = 10;  // per run, at most

/// Reports progress, and saves the State every few epochs.
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
                                  session_.model->metrics()[0].key(), row.metrics[0]));
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

// Trains, resumes from `checkpoint` if it exists, and saves there unless it is "".
std::unique_ptr<Session> train(const std::string& line, const std::string& checkpoint,
                               const RowContext& context) {
  auto session = std::make_unique<Session>(*run_options(line));
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
