#include <algorithm>
#include <csignal>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <signal.h>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/experiments/training.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/models/registry.h"

namespace gradzoo {
namespace {

constexpr int kStopped = 130;  // as shells give for a process that SIGINT ended

// The defaults, some of which follow from the data; of data that the model cannot learn, as they stand.
std::unique_ptr<RunOptions> default_options(const ModelEntry& model, const std::string& data) {
  auto options = std::make_unique<RunOptions>(model);
  if (!data.empty()) options->table().set("data", data);
  try {
    options->complete();
  } catch (const Error&) {
    options = std::make_unique<RunOptions>(model);
  }
  return options;
}

// What can be set of a run: of every one, then of the model where one is named.
std::string settings_text(const std::string& name, const std::string& data) {
  const ModelEntry& model = name.empty() ? model_registry().front() : find_model(name);
  const auto options = name.empty() ? std::make_unique<RunOptions>(model) : default_options(model, data);
  const std::span<const Option> all = options->table().all();
  std::string text = fmt::format("for every run: key, default{}, meaning (--set key=value)\n{}",
                                 name.empty() ? "" : fmt::format(" for {} on {}", name, options->data.data),
                                 options_table(all.first(options->shared())));
  if (name.empty()) return text + "\ngradzoo train MODEL --help also lists the model's own settings\n";
  return text + fmt::format("\nfor {}\n{}", name, options_table(all.subspan(options->shared())));
}

// For a shell: of the model where its name was typed, else of every run.
Candidates settings_known(const std::string& name, const std::string& partial) {
  const auto entry = std::ranges::find(model_registry(), name, &ModelEntry::name);
  const bool known = entry != model_registry().end();
  const RunOptions options(known ? *entry : model_registry().front());
  const std::span<const Option> all = options.table().all();
  return settings_of(known ? all : all.first(options.shared()), partial);
}

// Of an option that is a setting of the model's run: how it is set.
std::string setting_hint(const std::string& model, std::string option, const std::string& value) {
  option.erase(0, std::min(option.find_first_not_of('-'), option.size()));
  std::ranges::replace(option, '-', '_');
  const auto entry = std::ranges::find(model_registry(), model, &ModelEntry::name);
  if (entry == model_registry().end() || !RunOptions(*entry).table().has(option)) return "";
  return fmt::format("--set {}={}", option, value.empty() ? "VALUE" : value);
}

// The name of the program's own model; "" if it has none or several.
std::string own_model() {
  std::string name;
  for (const ModelEntry& entry : model_registry()) {
    if (!entry.checked) continue;
    if (!name.empty()) return "";
    name = entry.name;
  }
  return name;
}

// `--resume RUN` names the run where a model would stand.
void take_run_for_out(TrainRequest& request) {
  if (request.resume && request.out.empty() && !request.model.empty())
    request.out = std::exchange(request.model, "");
}

}  // namespace

int train_command(const Arguments& arguments) {
  TrainRequest request{.processes = all_processes()};
  std::string data, epochs, steps, batch, lr, seed;
  int64_t threads = 0;
  std::vector<std::string> settings;
  CommandLine line("train",
                   "Trains a model and writes a run directory: metrics, samples, checkpoint, report.html.",
                   {{"gradzoo train vae", "a variational autoencoder on MNIST, into runs/vae-1"},
                    {"gradzoo train ddpm --data ring8 --steps 2000", "diffusion on points in the plane"},
                    {"gradzoo train vae --set latent=2 --epochs 5 --out runs/flat",
                     "two latent dimensions, in another folder"},
                    {"gradzoo train --resume runs/vae-1 --epochs 20", "continues the run where it ended"}});
  line.positional("MODEL", request.model, "model to train; not needed with --config; with --resume, the run",
                  false);
  line.on_unknown([&](const std::string& option, const std::string& value) {
    const std::string hint = setting_hint(request.model, option, value);
    return hint.empty() ? setting_hint(own_model(), option, value) : hint;
  });
  line.option("--data", "NAME|DIR", data,
              "dataset: mnist, fashion, a toy such as ring8 (gradzoo list datasets), a folder of pictures, "
              "of IDX files or of CIFAR-10 files, a .npy or .npz file");
  line.option("--epochs", "N", epochs,
              "number of passes over the training examples; one epoch of a toy is 50,000 points");
  line.option("--steps", "N", steps, "number of training steps, instead of epochs");
  line.option("--batch", "N", batch, "number of examples per step");
  line.option("--lr", "X", lr, "learning rate at the start");
  line.option("--seed", "S", seed, "seed of all random numbers");
  add_threads(line, threads);
  line.option("--out", "DIR", request.out, "run directory (default: the next free runs/MODEL-n)");
  line.option("--config", "FILE", request.config,
              "file with settings to start from; a run's config.toml repeats the run");
  line.options("--set", "KEY=VALUE", settings, "any setting below; may be given several times");
  line.flag("--resume", request.resume,
            "continue a run (train --resume RUN), up to --epochs or --steps if given");
  line.option("--checkpoint-every", "N", request.checkpoint_every,
              "number of steps between checkpoints, in addition to one after each epoch (default: none)", 0,
              int64_t{1} << 40);
  line.completes("MODEL", [&](const std::string&) { return request.resume ? runs_known() : models_known(); });
  line.completes("--data", data_known);
  const auto model = [&] { return request.model.empty() ? own_model() : request.model; };
  line.completes("--set", [&](const std::string& partial) { return settings_known(model(), partial); });
  line.section("Settings:", [&] { return settings_text(model(), data); });
  if (!line.read(arguments)) return 0;
  if (!epochs.empty() && !steps.empty())
    throw Error("train: --epochs and --steps contradict each other. Hint: give one of them");

  if (steps == "0") throw Error("train: --steps 0 trains nothing. Hint: give 1 or more, or --epochs");

  request.assignments = settings;
  for (const auto& [key, value] : {std::pair{"data", data},
                                   {"epochs", epochs},
                                   {"steps", steps},
                                   {"batch", batch},
                                   {"lr", lr},
                                   {"seed", seed}})
    if (!value.empty()) request.assignments.push_back(fmt::format("{}={}", key, value));
  take_run_for_out(request);
  if (request.config.empty() && !request.resume) request.model = model();
  if (lr == "0") fmt::print(stderr, "train: --lr 0 changes no weight\n");
  request.progress = stdout;
  request.watch = watch_samples;
  std::signal(SIGPIPE, SIG_IGN);  // nobody may be reading any more, yet the run goes on
  set_flush_denormals(true);
  use_threads(threads);
  return train_run(request).finished ? 0 : kStopped;
}

}  // namespace gradzoo
