#include "tools/run/training.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "autograd/base/atomic_file.h"
#include "autograd/base/error.h"
#include "datasets/registry.h"
#include "models/registry.h"
#include "models/run/data.h"
#include "models/run/trainer.h"
#include "nn/state/checkpoint.h"
#include "tools/run/config_file.h"
#include "tools/run/metrics_log.h"
#include "tools/run/run_observer.h"
#include "tools/run/run_report.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostStepsPerRow = 50;

/// All of a run that lives while it trains.
struct Training {
  explicit Training(const ResolvedRun& run)
      : data(run.settings),
        model(make_model(*run.model, run.settings, data.shape())),
        batches(data.batches(batch_options(run.settings))),
        steps(total_steps(run.settings, batches->steps_per_epoch())),
        trainer(*model, *batches, plan(run.settings)) {
    model->register_state(state);
    trainer.register_state(state);
  }

  TrainPlan plan(const Settings& settings) const {
    const int64_t per_epoch = batches->steps_per_epoch();
    return {.steps = steps,
            .steps_per_epoch = per_epoch,
            .log_every = std::clamp<int64_t>(per_epoch / 10, 1, kMostStepsPerRow),
            .learning_rate = settings.real("lr"),
            .schedule = settings.text("schedule")};
  }

  RunData data;
  std::unique_ptr<Model> model;
  std::unique_ptr<BatchSource> batches;
  int64_t steps;
  Trainer trainer;
  State state;
};

void write_config(const RunDirectory& directory, const ResolvedRun& run) {
  const std::string text = config_text(run.model->name, run.settings);
  write_file_atomically(directory.config(), std::as_bytes(std::span(text)));
}

std::string resume_command(const std::string& directory) {
  return fmt::format("gradzoo train --resume --out {}", directory);
}

// `message` with a clause more; the hint stays its end.
std::string before_hint(std::string message, const std::string& clause) {
  return message.insert(std::min(message.find(". Hint: "), message.size()), clause);
}

std::string amount_of(const RunData& data) {
  return data.shape().toy ? "fresh points" : fmt::format("{} images", data.train.count());
}

// Trains from where the state stands to the end or a signal; what a finished run shows is written last.
TrainOutcome run_training(Training& training, const ResolvedRun& run, const RunDirectory& directory,
                          MetricsLog& metrics, double seconds_before, const StopSignal& stop,
                          const TrainRequest& request) {
  Progress progress(request.progress, training.trainer.step(), training.steps,
                    training.batches->steps_per_epoch());
  RunObserver observer({directory, run.model->name, *training.model, training.state, training.data,
                        training.batches->steps_per_epoch(), request.checkpoint_every,
                        training.trainer.step(), seconds_before},
                       metrics, progress, stop);
  progress.line(fmt::format("{} on {}: {}, steps {} to {}, into {}", run.model->name,
                            training.data.dataset.name(), amount_of(training.data), training.trainer.step(),
                            training.steps, directory.path()));
  bool finished = false;
  try {
    finished = training.trainer.run(training.state, observer);
  } catch (const Error& error) {
    progress.end();
    throw Error(before_hint(error.what(), fmt::format("; the checkpoint of step {} is kept: {}",
                                                      observer.saved_step(), directory.checkpoint())));
  }
  const int64_t step = training.trainer.step();
  if (!finished) {
    progress.line(fmt::format("stopped at step {} of {}; to go on: {}", step, training.steps,
                              resume_command(directory.path())));
    return {directory.path(), step, false};
  }
  write_run_report({directory, *run.model, run.settings, *training.model, training.data, step});
  const std::vector<int64_t> pictures = directory.epochs_with_picture();
  if (!pictures.empty()) progress.line("samples: " + directory.epoch_picture(pictures.back()));
  progress.line("report:  " + directory.report());
  return {directory.path(), step, true};
}

TrainOutcome begin_run(const TrainRequest& request) {
  const ResolvedRun run = resolve_run(request);
  Training training(run);
  const StopSignal stop;
  std::optional<MetricsLog> metrics;
  NewRunDirectory made(request.out, run.model->name);
  const RunDirectory& directory = made.directory();
  metrics.emplace(directory.metrics());
  save_run_checkpoint(directory, training.state, run.model->name, training.data.shape());
  write_config(directory, run);  // last: from here on it is a run
  made.keep();
  return run_training(training, run, directory, *metrics, 0.0, stop, request);
}

bool may_grow(std::string_view key) { return key == "epochs" || key == "steps"; }

// The settings of the run in `directory`, longer where the request says so.
ResolvedRun resumed_settings(const TrainRequest& request, const RunDirectory& directory) {
  const ConfigFile config = read_config(directory.config());
  if (!request.config.empty()) {
    throw Error("--resume goes on with the run's own settings. Hint: leave --config away");
  }
  if (!request.model.empty() && request.model != config.model) {
    throw Error(fmt::format("{} is a run of {}, not of {}", directory.path(), config.model, request.model));
  }
  ResolvedRun run = resolve_run({.config = directory.config()});
  const Settings before = run.settings;
  for (const std::string& assignment : request.assignments) run.settings.assign(assignment);
  for (size_t i = 0; i < before.all().size(); ++i) {
    const Setting& was = before.all()[i];
    const Setting& is = run.settings.all()[i];
    if (is.value == was.value || may_grow(was.key)) continue;
    throw Error(
        fmt::format("the run has {}={}, and a resumed run keeps its settings. Hint: only epochs and steps "
                    "may grow; for another {} begin a new run",
                    was.key, was.value, was.key));
  }
  return run;
}

TrainOutcome resume_run(const TrainRequest& request) {
  if (request.out.empty()) throw Error("--resume does not know which run. Hint: --resume --out DIR");
  const RunDirectory directory(request.out);
  directory.check_is_run();
  const ResolvedRun run = resumed_settings(request, directory);
  Training training(run);
  const StopSignal stop;
  directory.make_samples_folder();
  MetricsLog metrics(directory.metrics());
  load_checkpoint(directory.checkpoint(), training.state, {.model = run.model->name});
  const int64_t step = training.trainer.step();
  if (step > training.steps) {
    throw Error(fmt::format("{} has already done {} steps, more than {}. Hint: larger --epochs or --steps",
                            directory.path(), step, training.steps));
  }
  if (step == training.steps && std::filesystem::exists(directory.report())) {
    Progress(request.progress, step, step, 1)
        .line(fmt::format("{} is finished: {} steps. To go on: {} with larger --epochs or --steps",
                          directory.path(), step, resume_command(directory.path())));
    return {directory.path(), step, true};
  }
  const double seconds_before = metrics.cut_back(step);
  write_config(directory, run);
  return run_training(training, run, directory, metrics, seconds_before, stop, request);
}

// A folder stays findable from elsewhere.
void make_data_absolute(Settings& settings) {
  const std::string& data = settings.text("data");
  const std::vector<std::string> names = dataset_names();
  if (std::ranges::find(names, data) != names.end() || !std::filesystem::is_directory(data)) return;
  settings.set("data", std::filesystem::absolute(data).lexically_normal().string());
}

}  // namespace

ResolvedRun resolve_run(const TrainRequest& request) {
  std::optional<ConfigFile> config;
  if (!request.config.empty()) config = read_config(request.config);
  const std::string name = !request.model.empty() ? request.model : config ? config->model : "";
  if (name.empty() && config) {
    throw Error(
        fmt::format("{}: names no model. Hint: model = \"{}\"", config->path, model_registry().front().name));
  }
  if (name.empty()) throw Error("no model is given. Hint: gradzoo list models");
  const ModelEntry& model = find_model(name);
  if (config && !config->model.empty() && config->model != name) {
    throw Error(fmt::format("{}: is of {}, not of {}", config->path, config->model, name));
  }
  Settings settings = default_settings(model);
  if (config) apply_config(*config, settings);
  for (const std::string& assignment : request.assignments) settings.assign(assignment);
  model.resolve(settings);
  // Epochs that were asked for go before a model's own number of steps.
  if (settings.is_set("epochs")) settings.set_default("steps", "0", "epochs");
  make_data_absolute(settings);
  return {&model, std::move(settings)};
}

TrainOutcome train_run(const TrainRequest& request) {
  return request.resume ? resume_run(request) : begin_run(request);
}

}  // namespace gradzoo
