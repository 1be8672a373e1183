#include "gradzoo/models/run/session.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <vector>

#include "gradzoo/base/error.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/registry.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostStepsPerRow = 50;

void check_kind(const ModelEntry& model, const DataShape& shape, const std::string& data) {
  if (model.data(shape.kind())) return;
  throw Error("{} learns {}, and {} has {}{}. Hint: use --data {}", model.name, model.data.named, data,
              shape.kind().size(shape.example), model.why_data.empty() ? "" : ": " + model.why_data,
              model.data.data);
}

// A folder or file stays findable from elsewhere.
std::string absolute_data(const std::string& data) {
  const std::vector<std::string> names = dataset_names();
  if (std::ranges::find(names, data) != names.end() || !std::filesystem::exists(data)) return data;
  return std::filesystem::absolute(data).lexically_normal().string();
}

}  // namespace

RunOptions::RunOptions(const ModelEntry& entry) : model(entry.options()), entry_(entry) {
  data.data = entry.default_data;
  data.describe(table_);
  training.describe(table_);
  shared_ = table_.all().size();
  model->describe(table_);
}

void RunOptions::assign(std::span<const std::string> assignments) {
  const auto names = [&](std::string_view key) {
    return std::ranges::any_of(assignments, [&](const std::string& a) { return a.starts_with(key); });
  };
  for (const std::string& assignment : assignments) table_.assign(assignment);
  if (names("epochs=") && !names("steps=")) table_.set("steps", "0", "epochs");
}

void RunOptions::prefer_narrow_toys() {
  const auto toy = std::ranges::find(known_toys(), data.data, &ToyInfo::name);
  if (entry_.narrow_toys && toy != known_toys().end())
    table_.prefer(data.toy_noise, toy->narrow_noise, entry_.name);
}

void RunOptions::complete() {
  prefer_narrow_toys();  // the shape knows how narrow its toy is
  complete(shape_of(data));
}

void RunOptions::complete(const DataShape& shape) {
  prefer_narrow_toys();
  check_kind(entry_, shape, data.data);
  model->adapt(table_, training, shape.in_model_units());
  if (training.batch % training.shards != 0)
    throw Error("shards={} do not divide a batch of {}. Hint: set batch={}", training.shards, training.batch,
                training.shards * std::max<int64_t>(1, training.batch / training.shards));
  data.data = absolute_data(data.data);
}

std::unique_ptr<Model> RunOptions::make_model(const DataShape& shape) const {
  const DataShape seen = shape.in_model_units();
  std::unique_ptr<Model> made = model->make(seen, training);
  made->see_in(shape.units, seen.toy);
  return made;
}

void RunOptions::prefer_passes_over(int64_t images) {
  constexpr int64_t kUsual = 55'000, kMostTimes = 20;  // MNIST's
  const int64_t times = std::min(kMostTimes, kUsual / std::max<int64_t>(1, images));
  if (times > 1 && training.steps == 0) table_.prefer(training.epochs, times * training.epochs, "few images");
}

std::unique_ptr<RunOptions> run_options(const std::string& model, std::span<const std::string> assignments) {
  auto options = std::make_unique<RunOptions>(find_model(model));
  options->assign(assignments);
  options->complete();
  return options;
}

std::unique_ptr<RunOptions> run_options(const std::string& line) {
  std::istringstream text(line);
  const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
  return run_options(words.at(0), std::span(words).subspan(1));
}

Session::Session(const RunOptions& options, const SessionOptions& session)
    : Session(options, RunData(options.data, options.training), session) {}

namespace {

BatchOptions batch_options(const RunOptions& options, bool drop_last) {
  return {.batch = options.training.batch,
          .seed = options.training.stream_seed(),
          .pixels = options.model->pixels(),
          .drop_last = drop_last};
}

TrainPlan plan_of(const RunOptions& options, const SessionOptions& session, int64_t steps, int64_t per_epoch,
                  std::function<void()> finish) {
  return {.steps = steps,
          .steps_per_epoch = per_epoch,
          .log_every = session.log_every > 0 ? session.log_every
                                             : std::clamp<int64_t>(per_epoch / 10, 1, kMostStepsPerRow),
          .learning_rate = options.training.lr,
          .schedule = options.training.schedule,
          .shards = options.training.shards,
          .processes = session.processes,
          .finish = std::move(finish)};
}

int64_t steps_of(const TrainingOptions& training, const SessionOptions& session, int64_t per_epoch) {
  if (session.steps > 0) return session.steps;
  return training.steps > 0 ? training.steps : training.epochs * per_epoch;
}

}  // namespace

Session::Session(const RunOptions& options, RunData run_data, const SessionOptions& session)
    : data(std::move(run_data)),
      batches(data.batches(batch_options(options, session.drop_last))),
      model(options.make_model(data.shape())),
      steps(steps_of(options.training, session, batches->steps_per_epoch())),
      trainer(*model, *batches,
              plan_of(options, session, steps, batches->steps_per_epoch(),
                      [this, batch = options.training.batch] {
                        model->finish(model->units().to_model(first_of(data.train(), steps * batch)));
                      })) {
  if (!session.resumed) model->prepare(model->units().to_model(data.train()));
  model->register_state(state);
  trainer.register_state(state);
}

}  // namespace gradzoo
