#include "gradzoo/experiments/zoo.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "experiments/run_checkpoint.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/datasets/images/sha256.h"
#include "gradzoo/experiments/config_file.h"
#include "gradzoo/experiments/draw_picture.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/repeat_command.h"
#include "gradzoo/experiments/training.h"
#include "gradzoo/experiments/uses/sample_quality.h"
#include "gradzoo/models/pictures/image_pictures.h"
#include "gradzoo/plot/image.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr uint64_t kLongestCard = 1 << 16;
constexpr int64_t kMeasured = 1000;
// Two means of one distribution lie further apart than this many standard errors once in 16,000 times.
constexpr double kErrors = 4;

/// What a classifier says of samples.
struct Measures {
  int64_t samples = 0;
  Estimate fid, sure;
};

/// What card.json says of a run; its measures where its data have a classifier.
struct Card {
  std::string model, command, sha256;
  int64_t bytes = 0;
  std::optional<Measures> measures = {};
  std::vector<double> of_seeds = {};  ///< digit-FIDs of trainings with other seeds, and of this one
};

Json estimate_json(const Estimate& e) { return {{"value", e.value}, {"standard_error", e.standard_error}}; }

Estimate estimate_of(const Json& json) {
  return {json.at("value").get<double>(), json.at("standard_error").get<double>()};
}

Card read_card(const RunDirectory& directory) {
  const std::string path = directory.card();
  try {
    const Json json = Json::parse(read_plain_file(path, kLongestCard));
    Card card{json.at("model"), json.at("command"), json.at("sha256"), json.at("bytes"), {}};
    if (json.contains("digit_fid"))
      card.measures = {json.at("samples"), estimate_of(json.at("digit_fid")),
                       estimate_of(json.at("confident_share"))};
    for (const Json& one : json.value("of_seeds", Json::array()))
      card.of_seeds.push_back(one.at("digit_fid").get<double>());
    return card;
  } catch (const nlohmann::json::exception&) {
    throw Error("{} is not a card of the zoo. Hint: restore the file, which is damaged", path);
  }
}

// Of samples of the run in `directory`; none where its data have no classifier of their own.
std::optional<Measures> measure(const RunDirectory& directory) {
  OpenedRun run(directory.path());
  run.progress = stderr;
  std::optional<SampleClassifier> classifier = own_classifier(run.options->data, run.data(), true, stderr);
  if (!classifier) return {};
  const int64_t samples = samples_to_measure(run, Split::test, kMeasured);
  const SampleQuality quality =
      quality_of(run, metrics_of(run, std::move(*classifier), Split::test), samples);
  return Measures{samples, quality.frechet, quality.statistics.confident};
}

void add_measures(Json& json, const std::optional<Measures>& measures) {
  if (!measures) return;
  json["digit_fid"] = estimate_json(measures->fid);
  json["confident_share"] = estimate_json(measures->sure);
}

// What a run was trained with, except its seed.
auto settings_of(const RunDirectory& run) {
  ConfigFile config = read_config(run.config());
  std::erase_if(config.values, [](const auto& setting) { return setting.first == "seed"; });
  return std::tuple(config.model, config.version, config.data_sha256, config.values);
}

// {"seed", "digit_fid"} of a training whose data have a classifier.
Json of_seed(const RunDirectory& directory) {
  return {{"seed", OpenedRun(directory.path()).options->training.seed},
          {"digit_fid", measure(directory)->fid.value}};
}

// Averages of a run as a run of the zoo in `out`, a folder that is not there.
RunDirectory keep(const std::string& run_path, const std::vector<std::string>& others,
                  const std::string& out) {
  OpenedRun run(run_path);
  for (const std::string& other : others)
    if (settings_of(RunDirectory(other)) != settings_of(run.directory))
      throw Error("zoo: {} was not trained with the settings of {}. Hint: train it with another --seed only",
                  other, run_path);
  NewRunDirectory made(out, run.model_name());
  write_weights(run, made.directory());
  RunDirectory kept(made.directory().path());
  Json card{{"model", run.model_name()},
            {"command", repeat_command(*run.options, run.data().shape())},
            {"step", run.step},
            {"sha256", sha256_of_contents(kept.weights())},
            {"bytes", static_cast<int64_t>(fs::file_size(kept.weights()))}};
  if (const std::optional<Measures> measures = measure(kept)) {
    card["samples"] = measures->samples;
    add_measures(card, measures);
    const std::optional<Measures> whole = measure(run.directory);
    add_measures(card["of_32_bits"], whole);
    for (const std::string& other : others) card["of_seeds"].push_back(of_seed(RunDirectory(other)));
    if (!others.empty())
      card["of_seeds"].push_back({{"seed", run.options->training.seed}, {"digit_fid", whole->fid.value}});
  }
  const std::string text = card.dump(2) + "\n";
  write_file_atomically(kept.card(), std::as_bytes(std::span(text)));
  made.keep();
  return kept;
}

std::string words(const Card& card) {
  if (!card.measures) return "not measured";
  const auto [least, most] = std::ranges::minmax_element(card.of_seeds);
  return fmt::format("digit-FID {:>4.0f} ± {:<3.0f}{} p > 0.9 {:.2f}", card.measures->fid.value,
                     card.measures->fid.standard_error,
                     card.of_seeds.empty() ? ""
                                           : fmt::format(" ({:.0f} to {:.0f} with {} seeds)", *least, *most,
                                                         card.of_seeds.size()),
                     card.measures->sure.value);
}

void print_list(bool json) {
  Json all = Json::array();
  double megabytes = 0;
  for (const std::string& name : zoo_names()) {
    const Card card = read_card(RunDirectory(find_run("zoo/" + name)));
    megabytes += static_cast<double>(card.bytes) / 1e6;
    if (json) {
      all.push_back(
          {{"name", "zoo/" + name}, {"model", card.model}, {"bytes", card.bytes}, {"command", card.command}});
      add_measures(all.back(), card.measures);
      if (!card.of_seeds.empty()) all.back()["digit_fid_of_seeds"] = card.of_seeds;
    } else {
      fmt::print("zoo/{:<14} {}  {:>5.2f} MB  {}\n", name, words(card), static_cast<double>(card.bytes) / 1e6,
                 card.command);
    }
  }
  if (json)
    fmt::print("{}\n", all.dump());
  else
    fmt::print("{:.1f} MB in {}; measured on {} samples per model\n", megabytes, printable(zoo_folder()),
               kMeasured);
}

// Ten samples of these runs and of the zoo's, one of each class where a model knows them.
void draw(const std::string& file, const std::vector<std::string>& others, int64_t seed) {
  constexpr int64_t kEach = 10;
  ImageGrid grid;
  grid.columns = kEach;
  Tensors rows;
  std::vector<std::string> runs = others;
  for (const std::string& name : zoo_names()) runs.push_back("zoo/" + name);
  for (const std::string& path : runs) {
    OpenedRun run(path, seed < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(seed)));
    run.progress = stderr;
    Rng rng = run.sample_stream();
    const LabelNames& known = run.model->labels();
    const Tensor labels = std::ssize(known) == kEach ? any_labels(kEach, known) : Tensor();
    if (run.shape.example != Shape{28, 28})
      throw Error("zoo: {} does not draw images of 28 x 28, as the zoo does. Hint: gradzoo sample {}", path,
                  path);
    rows.push_back(as_examples(flatten_rows(run.samples(kEach, rng, labels)), run.shape));
    grid.row_captions.push_back(path);
  }
  if (rows.empty()) throw Error("zoo: {} has no runs. Hint: gradzoo zoo --keep RUN --out DIR", zoo_folder());
  grid.pixels = concat(rows, 0);
  write_drawing(file, draw_picture({"zoo", "Ten samples of every model.", std::move(grid)}));
  fmt::print("{}\n", printable(file));
}

bool agree(const Estimate& a, const Estimate& b) {
  return std::abs(a.value - b.value) <= kErrors * std::hypot(a.standard_error, b.standard_error);
}

// True if a new training's digit-FID lies between those of the card's seeds, or no further than samples vary.
bool is_among_seeds(const Estimate& found, const Card& card) {
  if (card.of_seeds.empty()) return agree(found, card.measures->fid);
  const auto [least, most] = std::ranges::minmax_element(card.of_seeds);
  return agree(found, {std::clamp(found.value, *least, *most), card.measures->fid.standard_error});
}

int verify(const std::string& name) {
  const RunDirectory known(find_run(name.find('/') == std::string::npos ? "zoo/" + name : name));
  const Card card = read_card(known);
  const TrainOutcome trained = train_run({.config = known.config(),
                                          .out = "runs/verify-" + fs::path(known.path()).filename().string(),
                                          .progress = stderr,
                                          .watch = watch_samples});
  if (!trained.finished)
    throw Error("zoo: training was stopped. Hint: {}, then gradzoo zoo --keep {} --out DIR",
                resume_command(trained.directory), trained.directory);
  const RunDirectory anew = keep(trained.directory, {}, trained.directory + "/kept");
  const Card found = read_card(anew);
  if (found.sha256 == card.sha256) {
    fmt::print("{}: bit-identical weights, SHA-256 {:.16}...\n", printable(name), card.sha256);
    return 0;
  }
  fmt::print("{}: other weights, as other instructions round differently: {}, before {}\n", printable(name),
             words(found), words(card));
  if (found.measures && card.measures && is_among_seeds(found.measures->fid, card) &&
      agree(found.measures->sure, card.measures->sure))
    return 0;
  throw Error("zoo: training {} again gives measures that differ by over {} standard errors. Hint: {}", name,
              kErrors, card.command);
}

}  // namespace

int zoo_command(const Arguments& arguments) {
  std::string verified, kept, out, picture;
  std::vector<std::string> others;
  int64_t seed = -1, threads = 0;
  bool json = false;
  CommandLine line("zoo",
                   "Lists the trained models that come with the program. All commands that take a run accept "
                   "their names, such as zoo/ddpm. Options draw from them, add one, or train one again.",
                   {{"gradzoo zoo", "lists them, with their digit-FID"},
                    {"gradzoo zoo --draw zoo.png", "ten digits from each"},
                    {"gradzoo zoo --keep runs/vae-1 --out zoo/mine", "adds your own run"}});
  line.positionals("RUN", others,
                   "with --draw: runs whose samples are put above the zoo's; with --keep: trainings "
                   "with other seeds, whose digit-FIDs go on the card");
  line.option("--draw", "FILE", picture, "picture x.png with ten samples of each model");
  line.option("--verify", "NAME", verified,
              "model to train again and compare: bit-identical on the same instruction set, the same "
              "measures within four standard errors on others");
  line.option("--keep", "RUN", kept,
              "run whose averaged weights are written to --out in 8 bits, and measured");
  line.option("--out", "DIR", out, "new folder for --keep");
  for (const char* const runs : {"RUN", "--keep"}) line.completes(runs, runs_known);
  line.writes("--draw", "a picture", {".png"});
  line.writes("--out", "a folder", {""});
  line.completes("--verify", [](const std::string&) { return words_known(zoo_names()); });
  add_seed(line, seed, "seed of the samples of --draw (default: each run's seed)");
  add_threads(line, threads);
  line.flag("--json", json, "print the list as JSON");
  if (!line.read(arguments)) return 0;
  use_threads(threads);
  if (!kept.empty() && out.empty())
    throw Error("zoo: --keep {} needs a folder. Hint: add --out zoo/NAME", kept);
  if (kept.empty() && !out.empty()) throw Error("zoo: --out {} belongs to --keep. Hint: add --keep RUN", out);
  if (picture.empty() && kept.empty() && !others.empty())
    throw Error("zoo: {} is a run for --draw or --keep. Hint: add --draw x.png", others.front());
  const RunMode mode(threads);
  if (!verified.empty()) return verify(verified);
  if (!kept.empty()) {
    fmt::print("{}\n", printable(keep(kept, others, out).path()));
    return 0;
  }
  if (picture.empty()) {
    print_list(json);
    return 0;
  }
  draw(picture, others, seed);
  return 0;
}

}  // namespace gradzoo
