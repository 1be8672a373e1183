#include "gradzoo/experiments/training.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <numbers>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "experiments/run_checkpoint.h"
#include "experiments/run_observer.h"
#include "experiments/run_report.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/config_file.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/metrics_log.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/repeat_command.h"
#include "gradzoo/experiments/shared_training.h"
#include "gradzoo/experiments/zoo.h"
#include "gradzoo/models/registry.h"
#include "gradzoo/state/checkpoint.h"
#include "models/base/data_units.h"

namespace gradzoo {
namespace {

void write_config(const RunDirectory& directory, const RunOptions& options, const std::string& data_sha256) {
  const std::string text = config_text(options.entry().name, options.table(), data_sha256);
  write_file_atomically(directory.config(), std::as_bytes(std::span(text)), Links::refuse);
}

// `message` with a clause more; the hint stays its end.
std::string before_hint(std::string message, const std::string& clause) {
  return message.insert(std::min(message.find(". Hint: "), message.size()), clause);
}

std::string amount_of(const RunData& data) {
  return data.shape().toy ? "fresh points" : fmt::format("{} images", data.train().count());
}

// A warning for binary models on grey images; "" for nearly binary ones: a digit has 0.08 bits per pixel.
std::string what_bits_lose(const RunOptions& options, const RunData& data) {
  constexpr double kNoticed = 0.25;
  if (!is_binary(options.pixels(data.shape()))) return "";
  const double bits =
      grey_entropy_floor(data.train()) / (std::numbers::ln2 * static_cast<double>(data.shape().size()));
  if (bits < kNoticed) return "";
  return fmt::format(
      "{} learns binary values: {} is drawn as 0 or 1, with its value as the probability, and for these "
      "images each draw adds {:.2f} bits of noise. Hint: use vae, gan, flow-matching, ddpm or realnvp, which "
      "learn {} themselves",
      options.entry().name, data.shape().channels() > 1 ? "each colour of a pixel" : "each pixel", bits,
      data.shape().channels() > 1 ? "colours" : "grey values");
}

// What ended the run goes before what its report may fail with.
void report_failure(RunObserver& observer, const Error& failure) {
  try {
    observer.report(failure.what());
  } catch (const std::exception&) {
  }
}

void tell_missing(Progress& progress, const LeftOut& missing, const RunDirectory& directory) {
  std::string failed, late;
  for (const auto& [what, why] : missing) {
    std::string& list = why == kNoTime ? late : failed;
    list += (list.empty() ? "" : ", ") + what;
  }
  if (!failed.empty()) progress.line(fmt::format("not made: {} (the report gives the reasons)", failed));
  if (!late.empty())
    progress.line(fmt::format("left out, since {}: {}; make them with {}", kNoTime, late,
                              report_command_for(directory.path())));
}

struct OpenRun {
  const RunOptions& options;
  const RunDirectory& directory;
  Session& session;
  MetricsLog& metrics;
  double seconds_before;
  bool owes_epoch;  // see RunObserver
};

// Trains from where the state stands to the end or a signal; what a finished run shows is written last.
TrainOutcome run_training(const OpenRun& run, const StopSignal& stop, const TrainRequest& request) {
  const RunDirectory& directory = run.directory;
  Session& session = run.session;
  const int64_t first = session.trainer.step(), per_epoch = session.batches->steps_per_epoch();
  Progress progress(request.progress, session.steps, per_epoch);
  const SampleWatch watch = request.watch ? request.watch(run.options, session) : SampleWatch();
  RunObserver observer({directory, run.options, session, request.checkpoint_every, run.seconds_before, watch},
                       run.metrics, progress, stop);
  progress.line(fmt::format("{} on {}: {}, steps {} to {}, into {}", run.options.entry().name,
                            session.data.name(), amount_of(session.data), first, session.steps,
                            directory.path()));
  for (const std::string& warning : {session.model->warning(), what_bits_lose(run.options, session.data)})
    if (!warning.empty()) progress.line("warning: " + warning);
  if (run.owes_epoch) observer.catch_up();
  SharedTrainingObserver together(request.processes, session, stop, request.checkpoint_every, &observer);
  bool finished = false;
  try {
    finished = session.train(together);
  } catch (const Error& error) {
    progress.end();
    report_failure(observer, error);
    std::error_code ignored;
    const bool there = std::filesystem::exists(directory.checkpoint(), ignored);
    throw Error(before_hint(error.what(), there ? fmt::format("; the checkpoint of step {} is kept: {}",
                                                              observer.saved_step(), directory.checkpoint())
                                                : "; the checkpoint no longer exists"));
  }
  const int64_t step = session.trainer.step();
  if (!finished) {
    observer.report();
    run.metrics.close();
    progress.line(fmt::format("stopped at step {} of {}; continue with: {}", step, session.steps,
                              resume_command(directory.path())));
    return {directory.path(), step, false};
  }
  const LeftOut missing = observer.finish(RunObserver::Effort::in_proportion);
  run.metrics.close();
  const auto pictures = directory.epoch_pictures();
  if (!pictures.empty()) progress.line("samples: " + pictures.back().second);
  progress.line("report:  " + directory.report());
  tell_missing(progress, missing, directory);
  return {directory.path(), step, true};
}

// Of a process that computes beside the first one, which writes the run.
TrainOutcome train_beside(Session& session, const StopSignal& stop, const TrainRequest& request) {
  SharedTrainingObserver observer(request.processes, session, stop, request.checkpoint_every, nullptr);
  const bool finished = session.train(observer);
  return {"", session.trainer.step(), finished};
}

// The options that are asked for, not yet completed: defaults, then the config file, then the assignments.
std::unique_ptr<RunOptions> requested_options(const TrainRequest& request) {
  std::unique_ptr<RunOptions> options;
  if (!request.config.empty()) {
    ConfigFile config = read_config(request.config);
    if (config.model.empty()) config.model = request.model;
    if (!request.model.empty() && config.model != request.model) {
      throw Error("{}: is a config of {}, not of {}. Hint: remove the model from the command", config.path,
                  config.model, request.model);
    }
    options = options_of(config);
  } else {
    if (request.model.empty()) throw Error("no model is given. Hint: gradzoo list models");
    options = std::make_unique<RunOptions>(find_model(request.model));
  }
  options->assign(request.assignments);
  if (request.progress != nullptr) {
    auto countdown =
        std::make_shared<Countdown>(request.progress, "reading " + printable(options->data.data));
    options->data.progress = [countdown](double share) { countdown->done(share); };
  }
  return options;
}

// Pictures of a run in a folder of pictures would be read as a class of them the next time.
void check_place(const TrainRequest& request, const RunOptions& options) {
  const std::string out = request.out.empty() ? "runs/" + options.entry().name : request.out;
  const Output run{"--out", out, "a folder", {""}};
  check_outputs("train", {&run, 1},
                std::array{options.data.data, "background=" + options.data.images.background});
}

TrainOutcome begin_run(const TrainRequest& request) {
  Processes& processes = request.processes;
  const std::unique_ptr<RunOptions> options = requested_options(request);
  check_place(request, *options);
  options->complete();
  static_cast<void>(parts_of_each(options->training.shards, processes));
  RunData data(options->data, options->training);
  if (!data.shape().toy) options->prefer_passes_over(data.train().count());
  Session session(*options, std::move(data), {.processes = &processes});
  check_same_run(processes, *options, session.data.sha256());
  session.trainer.begin();  // what cannot be trained leaves no folder
  if (options->entry().checked) session.trainer.check_step(session.state);
  const StopSignal stop;
  if (!processes.is_first()) return train_beside(session, stop, request);
  std::optional<MetricsLog> metrics;
  NewRunDirectory made(request.out, options->entry().name);
  const RunDirectory& directory = made.directory();
  directory.make_samples_folder();
  metrics.emplace(directory.metrics());
  save_run_checkpoint(directory, session.state, options->entry().name, session.data.shape());
  write_config(directory, *options, session.data.sha256());  // last: from here on it is a run
  made.keep();
  return run_training({*options, directory, session, *metrics, 0.0, false}, stop, request);
}

bool may_grow(std::string_view key) { return key == "epochs" || key == "steps"; }

// The options of the run in `directory`, longer where the request says so.
std::unique_ptr<RunOptions> resumed_options(const TrainRequest& request, const RunDirectory& directory) {
  if (!request.config.empty()) throw Error("--resume uses the run's own settings. Hint: remove --config");
  const ConfigFile config = read_config(directory.config());
  const std::unique_ptr<RunOptions> before = options_of(config);
  if (!request.model.empty() && request.model != before->entry().name) {
    throw Error("{} is a run of {}, not of {}. Hint: remove the model from the command", directory.path(),
                before->entry().name, request.model);
  }
  std::unique_ptr<RunOptions> options = options_of(config);
  options->assign(request.assignments);
  before->complete();
  options->complete();
  for (const Option& was : before->table().all()) {
    if (may_grow(was.key) || options->table().find(was.key).text() == was.text()) continue;
    throw Error(
        "the run has {}={}, and a resumed run keeps its settings; only epochs and steps may grow. Hint: "
        "start a new run for another {}",
        was.key, was.text(), was.key);
  }
  return options;
}

/// A run that was trained before, at its checkpoint. No other process trains it.
struct ReopenedRun {
  RunDirectory directory;
  std::unique_ptr<RunOptions> options;
  std::string data_sha256;  // set as the session is made
  Session session;
  MetricsLog metrics;

  explicit ReopenedRun(const TrainRequest& request) : ReopenedRun(request, checked(request.out)) {}

 private:
  static RunDirectory checked(const std::string& path) {
    RunDirectory directory(find_run(path));
    directory.check_is_run();
    if (directory.is_weights_alone())
      throw Error(
          "{} has only weights, without an optimiser's state. Hint: start a run with train --config {}", path,
          directory.config());
    return directory;
  }
  static Session session_of(const RunOptions& options, const RunDirectory& directory, Processes& processes,
                            std::string& sha256) {
    const SafetensorsReader checkpoint(directory.checkpoint(), Links::refuse);
    RunData data(options.data, options.training);
    sha256 = check_same_data(directory, data);
    if (checkpoint.find(kScaleEntry) == nullptr) data.leave_units();
    const PoolLimit limit = limit_to_checkpoint(checkpoint);
    return Session(options, std::move(data), {.processes = &processes, .resumed = true});
  }
  ReopenedRun(const TrainRequest& request, RunDirectory place)
      : directory(std::move(place)),
        options(resumed_options(request, directory)),
        session(session_of(*options, directory, request.processes, data_sha256)),
        metrics(directory.metrics()) {
    directory.make_samples_folder();
    for (const std::string& folder : {directory.path(), directory.samples()})
      remove_stale_temporaries(folder);
    load_checkpoint(directory.checkpoint(), session.state,
                    {.model = options->entry().name, .links = Links::refuse});
  }
};

// What the others need of a resumed run.
void share_run(ReopenedRun& run, Processes& processes) {
  static_cast<void>(parts_of_each(run.options->training.shards, processes));
  shared_text(processes, config_text(run.options->entry().name, run.options->table(), run.data_sha256));
  shared_text(processes, run.session.model->units().is_set() ? kScaleEntry : "");
  check_same_run(processes, *run.options, run.data_sha256);
  share_state(processes, run.session.state);
}

// The run lies with the first process, which sends its settings and its state.
TrainOutcome resume_beside(const TrainRequest& request) {
  Processes& processes = request.processes;
  const std::string settings = shared_text(processes, "");
  if (settings.empty()) return {"", 0, true};
  const ConfigFile config = parse_config("the run's config.toml", settings);
  RunOptions options(find_model(config.model));
  apply_config(config, options.table());
  options.complete();
  const StopSignal stop;
  RunData data(options.data, options.training);
  if (shared_text(processes, "").empty()) data.leave_units();
  Session session(options, std::move(data), {.processes = &processes});
  check_same_run(processes, options, session.data.sha256());
  share_state(processes, session.state);
  return train_beside(session, stop, request);
}

TrainOutcome resume_run(const TrainRequest& request) {
  if (request.out.empty()) throw Error("--resume needs the name of a run. Hint: gradzoo train --resume RUN");
  if (!request.processes.is_first()) return resume_beside(request);
  const StopSignal stop;
  ReopenedRun run(request);
  const RunDirectory& directory = run.directory;
  const int64_t step = run.session.trainer.step(), steps = run.session.steps;
  if (step > steps) {
    throw Error("{} has already done {} steps, more than {}. Hint: give larger --epochs or --steps",
                directory.path(), step, steps);
  }
  if (step == steps && finished_report_step(directory) == step) {
    Progress(request.progress, step, 1)
        .line(fmt::format("{} is finished: {} steps. To continue: {} with larger --epochs or --steps",
                          directory.path(), step, resume_command(directory.path())));
    shared_text(request.processes, "");
    return {directory.path(), step, true};
  }
  share_run(run, request.processes);
  const bool owes_epoch = RunObserver::is_owed_an_epoch(directory, run.session);
  const double seconds_before = run.metrics.cut_back(step, owes_epoch);
  write_config(directory, *run.options, run.data_sha256);
  return run_training({*run.options, directory, run.session, run.metrics, seconds_before, owes_epoch}, stop,
                      request);
}

}  // namespace

TrainOutcome train_run(const TrainRequest& request) {
  return request.resume ? resume_run(request) : begin_run(request);
}

void renew_report(const std::string& directory, std::FILE* progress_to, const WatchMaker& make_watch) {
  ReopenedRun run({.out = directory});
  const StopSignal stop;
  Progress progress(progress_to, run.session.steps, run.session.batches->steps_per_epoch());
  const SampleWatch watch = make_watch ? make_watch(*run.options, run.session) : SampleWatch();
  RunObserver observer(
      {.directory = run.directory, .options = *run.options, .session = run.session, .watch = watch},
      run.metrics, progress, stop);
  const LeftOut missing = observer.finish(RunObserver::Effort::everything);
  tell_missing(progress, missing, run.directory);
}

}  // namespace gradzoo
