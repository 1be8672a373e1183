#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/commands.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/opened_run.h"
#include "gradzoo/experiments/uses/walk.h"
#include "gradzoo/experiments/uses/write_samples.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

std::string samplers_text() {
  std::string text;
  for (const SamplerEntry& entry : sampler_registry()) {
    const WalkOptions options(entry.name, {});
    text += fmt::format("{}--sampler {}: {}\n{}", text.empty() ? "" : "\n", entry.name, entry.moves,
                        options_table(options.table().all()));
  }
  return text;
}

Candidates samplers_known() {
  Candidates candidates;
  for (const SamplerEntry& entry : sampler_registry()) candidates.push_back({entry.name, entry.moves});
  return candidates;
}

// For a shell: of the sampler whose name was typed.
Candidates sampler_settings(const std::string& sampler, const std::string& partial) {
  if (std::ranges::find(sampler_registry(), sampler, &SamplerEntry::name) == sampler_registry().end())
    return {};
  const WalkOptions options(sampler, {});
  return settings_of(options.table().all(), partial);
}

// Options of how the model draws; those of a sampler without --sampler are the likeliest mistake.
void check_own_options(const Model& model, const std::vector<std::string>& assignments) {
  const std::unique_ptr<SamplingOptions> sampling = model.sampling_options();
  OptionTable own;
  sampling->describe(own);
  std::vector<std::string> keys;
  for (const Option& option : own.all()) keys.push_back(option.key);
  for (const std::string& assignment : assignments) {
    if (own.has(assignment.substr(0, assignment.find('=')))) continue;
    throw Error(
        "sample: --set {} is not an option of this run's sampling. Hint: {}add --sampler NAME for its "
        "options",
        assignment, keys.empty() ? "" : fmt::format("set {}, or ", fmt::join(keys, ", ")));
  }
}

/// What the command line asks for.
struct Asked {
  std::string run, out, label, sampler;
  int64_t count = 100, seed = -1, threads = 0;
  std::vector<std::string> assignments;
  bool json = false;
};

// Where chains ended, and what is said of their walk.
struct Walked {
  Tensor samples;
  std::string table;
  Json json;
};

Walked walk_on(const Target& target, const DataShape& shape, int64_t count, const WalkOptions& options,
               uint64_t seed) {
  const std::unique_ptr<Sampler> sampler = options.make();
  Countdown countdown(stderr, "sample");
  ChainOptions chains = options.chains();
  chains.done = [&](double share) { countdown.done(share); };
  const Walk walked = walk(shared_target(target, all_processes()), shape, count, *sampler, chains, seed);
  return {walked.samples, walk_table(walked.chains, count, *sampler, chains),
          walk_json(walked.chains, count, *sampler, chains)};
}

// The label that is asked for by a name or number; nothing where none is.
std::optional<int64_t> asked_label(const Model& model, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const LabelNames& names = model.labels();
  return names.empty() ? 0 : label_named(names, text);  // Model::sample() says what it lacks
}

// `object` says of what the samples are.
void tell(const Asked& asked, const std::string& out, uint64_t seed, Json object,
          const std::optional<Walked>& walked) {
  if (!asked.json) {
    fmt::print("{}{}\n", walked ? walked->table : "", printable(out));
    return;
  }
  object.update({{"samples", asked.count}, {"seed", seed}, {"file", out}, {"walk", nullptr}});
  if (walked) object["walk"] = walked->json;
  fmt::print("{}\n", object.dump());
}

void sample_run(const Asked& asked, const std::optional<WalkOptions>& chains) {
  OpenedRun run(asked.run, asked.seed < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(asked.seed)),
                asked.threads, all_processes());
  run.progress = stderr;
  const std::optional<int64_t> label = asked_label(*run.model, asked.label);
  const std::string ending = picture_ending(run.shape);
  const std::string out = asked.out.empty()
                              ? run.directory.result(fmt::format(
                                    "sample-{}{}seed{}{}", chains ? asked.sampler + "-" : "",
                                    label ? fmt::format("label{}-", *label) : "", run.seed(), ending))
                              : asked.out;
  check_samples_path(out, ending);
  Tensor samples;
  std::optional<Walked> walked;
  if (chains) {
    const Target target = with_extent(run.model->abilities().target, run.shape);
    check_fits(chains->entry(), target, *run.options, run.shape);
    walked = walk_on(target, run.shape, asked.count, *chains, run.seed());
    samples = walked->samples;
  } else {
    check_own_options(*run.model, asked.assignments);
    Rng rng = run.sample_stream();
    const Tensor labels = label ? full({asked.count}, static_cast<double>(*label), DType::i64) : Tensor();
    samples = run.samples(asked.count, rng, labels, asked.assignments);
  }
  if (!all_processes().is_first()) return;
  write_samples(out, samples, run.shape.toy.get());
  tell(asked, out, run.seed(), {{"run", run.directory.path()}, {"step", run.step}}, walked);
}

// Whether these are data by name, and no run of that name is here.
bool names_data(const std::string& typed) {
  return std::ranges::count(dataset_names(), typed) > 0 && !is_run(typed);
}

void sample_density(const Asked& asked, const std::optional<WalkOptions>& chains) {
  if (!is_toy(asked.run))
    throw Error(
        "sample: {} is a dataset of images, whose density is not known. Hint: name a run that learned them, "
        "such as zoo/ebm, or a known density, such as ring8",
        asked.run);
  if (!chains)
    throw Error("sample: {} is a density, not a run, and needs a sampler. Hint: add --sampler mala",
                asked.run);
  const RunMode mode(asked.threads);
  const DataShape shape = shape_of({.data = asked.run});
  const Target target = density_target(shape, chains->entry());
  const auto seed = static_cast<uint64_t>(std::max<int64_t>(0, asked.seed));
  const std::string ending = picture_ending(shape);
  const std::string out =
      asked.out.empty() ? fmt::format("{}-{}-seed{}{}", asked.run, asked.sampler, seed, ending) : asked.out;
  check_samples_path(out, ending);
  const Walked walked = walk_on(target, shape, asked.count, *chains, seed);
  if (!all_processes().is_first()) return;
  write_samples(out, walked.samples, shape.toy.get());
  tell(asked, out, seed, {{"density", asked.run}}, walked);
}

// For a shell: runs, and densities, which need no training.
Candidates sampled_known() {
  Candidates candidates;
  for (const ToyInfo& toy : known_toys())
    if (make_toy(toy.name)->why_no_density().empty()) candidates.push_back({toy.name, "a known density"});
  for (Candidate& run : runs_known()) candidates.push_back(std::move(run));
  return candidates;
}

}  // namespace

int sample_command(const Arguments& arguments) {
  constexpr int64_t kMostSamples = 200'000;
  Asked asked;
  CommandLine line(
      "sample", "Draws samples from a run, with its model or with Markov chains.",
      {{"gradzoo sample zoo/vae -n 25 --out digits.png", "25 digits from a model of the zoo"},
       {"gradzoo sample zoo/flow-matching --label 7", "sevens"},
       {"gradzoo sample zoo/ebm --sampler mala --set steps=200", "a Markov chain for each sample"},
       {"gradzoo sample ring8 --sampler mala", "Markov chains on a known density"},
       {"gradzoo sample zoo/vae -n 1000 --out digits.npy", "1,000 digits for NumPy"}});
  line.positional("RUN", asked.run,
                  "a run directory; with --sampler also the name of a known density, such as ring8");
  line.option("-n", "N", asked.count, "number of samples (default: 100)", 1, kMostSamples);
  line.option("--out", "FILE|DIR/", asked.out,
              "x.png for a picture (x.svg for numbers on a line), x.npy for float32 (n, H, W), (n, H, W, 3) "
              "or (n, d), x.csv for one line per sample, DIR/ for one PNG file per sample (default: "
              "RUN/samples/sample-seed<S>.png; for a density ring8-mala-seed<S>.png in this folder)");
  line.option("--label", "L", asked.label,
              "class of the samples, as a number or a folder's name (default: all classes in turn)");
  line.option("--sampler", "NAME", asked.sampler,
              "sampler for chains on the model's log-density or score, one chain per sample: " +
                  sampler_names() + "; prints acceptance, effective sample sizes (ESS) and R-hat");
  line.options("--set", "KEY=VALUE", asked.assignments,
               "option of the sampler: steps (default: 1000), warmup (default: half of steps), or one of "
               "those listed below; without --sampler, option of the model's sampling");
  add_seed(line, asked.seed, "seed of the samples (default: the run's; 0 for a density)");
  add_threads(line, asked.threads);
  line.flag("--json", asked.json, "print one JSON object with the file and the chains' statistics");
  line.reads("RUN");
  line.writes("--out", "samples", {".png", ".svg", ".npy", ".csv", ""});
  line.completes("RUN", [](const std::string&) { return sampled_known(); });
  line.completes("--sampler", [](const std::string&) { return samplers_known(); });
  line.completes("--set",
                 [&](const std::string& partial) { return sampler_settings(asked.sampler, partial); });
  line.section("Samplers:", samplers_text);
  if (!line.read(arguments)) return 0;
  if (!asked.out.empty()) check_samples_path(asked.out);
  if (!asked.label.empty() && !asked.sampler.empty())
    throw Error("sample: --label {} and --sampler {} contradict each other. Hint: give one of them",
                printable(asked.label), asked.sampler);
  std::optional<WalkOptions> chains;
  if (!asked.sampler.empty()) chains.emplace(asked.sampler, asked.assignments);
  names_data(asked.run) ? sample_density(asked, chains) : sample_run(asked, chains);
  return 0;
}

}  // namespace gradzoo
