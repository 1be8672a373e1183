#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/runs/live_line.h"
#include "gradzoo/runs/opened_run.h"
#include "gradzoo/runs/uses/walk.h"
#include "gradzoo/runs/uses/write_samples.h"
#include "tools/cli/command_line.h"
#include "tools/cli/shared_options.h"
#include "tools/cli/values.h"
#include "tools/gradzoo/commands.h"

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
        "sample: --set {} is nothing that this run draws by. Hint: {}a sampler's options need --sampler",
        assignment, keys.empty() ? "" : fmt::format("{}, or ", fmt::join(keys, ", ")));
  }
}

// Where chains ended, and what is said of their walk.
struct Walked {
  Tensor samples;
  std::string table;
  Json json;
};

Walked walk_on(const OpenedRun& run, int64_t count, const WalkOptions& options) {
  const Target target = with_extent(run.model->abilities().target, run.shape);
  check_fits(options.entry(), target, *run.options, run.shape);
  const std::unique_ptr<Sampler> sampler = options.make();
  Countdown countdown(stderr, "sample");
  ChainOptions chains = options.chains();
  chains.done = [&](double share) { countdown.done(share); };
  const Walk walked =
      walk(shared_target(target, all_processes()), run.shape, count, *sampler, chains, run.seed());
  return {walked.samples, walk_table(walked.chains, count, *sampler, chains),
          walk_json(walked.chains, count, *sampler, chains)};
}

// The label that is asked for by a name or number; nothing where none is.
std::optional<int64_t> asked_label(const Model& model, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const LabelNames names = model.labels();
  return names.empty() ? 0 : label_named(names, text);  // Model::sample() says what it lacks
}

}  // namespace

int sample_command(const Arguments& arguments) {
  constexpr int64_t kMostSamples = 200'000;
  std::string run_path, out;
  int64_t count = 100, seed = -1, threads = 0;
  std::string label, sampler;
  std::vector<std::string> assignments;
  bool json = false;
  CommandLine line(
      "sample", "Draws samples from a run, as its model does or by Markov chains on what it learned.",
      {{"gradzoo sample zoo/vae -n 25 --out digits.png", "25 digits by a model that comes trained"},
       {"gradzoo sample zoo/flow-matching --label 7", "sevens"},
       {"gradzoo sample zoo/ebm --sampler mala --set steps=200", "a Markov chain for each sample"},
       {"gradzoo sample zoo/vae -n 1000 --out digits.npy", "for NumPy"}});
  line.positional("RUN", run_path, "a run directory");
  line.option("-n", "N", count, "samples (default: 100)", 1, kMostSamples);
  line.option("--out", "FILE|DIR/", out,
              "x.png a picture (x.svg of numbers on a line), x.npy float32 (n, H, W), (n, H, W, 3) or (n, "
              "d), x.csv a line a sample, DIR/ a PNG a sample (default: RUN/samples/sample-seed<S>.png)");
  line.option("--label", "L", label,
              "of this class, by its number or its folder's name, of a model that has learned labels "
              "(default: all in turn)");
  line.option("--sampler", "NAME", sampler,
              "walk on the model's log-density or score instead, a chain a sample: " + sampler_names() +
                  "; prints acceptance, effective sample sizes (ESS) and R-hat");
  line.options("--set", "KEY=VALUE", assignments,
               "of the sampler: steps (default: 1000), warmup (half of them), and its own (listed below); "
               "without one, of how the model draws");
  add_seed(line, seed, "of the samples (default: the run's)");
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object: the file, and what the chains say of themselves");
  line.completes("RUN", runs_known);
  line.completes("--sampler", [](const std::string&) { return samplers_known(); });
  line.completes("--set", [&](const std::string& partial) { return sampler_settings(sampler, partial); });
  line.section("Samplers:", samplers_text);
  if (!line.read(arguments)) return 0;
  if (!out.empty()) check_samples_path(out);
  if (!label.empty() && !sampler.empty())
    throw Error(
        "sample: --label {} is the model's own way to draw, and --sampler {} another. Hint: one of them",
        printable(label), sampler);
  std::optional<WalkOptions> chains;
  if (!sampler.empty()) chains.emplace(sampler, assignments);
  const auto chosen_seed = seed < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(seed));
  OpenedRun run(run_path, chosen_seed, threads);
  run.progress = stderr;
  const std::optional<int64_t> asked = asked_label(*run.model, label);
  const std::string ending = picture_ending(run.shape);
  if (out.empty())
    out = run.directory.result(fmt::format("sample-{}{}seed{}{}", chains ? sampler + "-" : "",
                                           asked ? fmt::format("label{}-", *asked) : "", run.seed(), ending));
  check_samples_path(out, ending);
  Tensor samples;
  std::optional<Walked> walked;
  if (chains) {
    walked = walk_on(run, count, *chains);
    samples = walked->samples;
  } else {
    check_own_options(*run.model, assignments);
    Rng rng = run.sample_stream();
    const Tensor labels = asked ? full({count}, static_cast<double>(*asked), DType::i64) : Tensor();
    samples = run.samples(count, rng, labels, assignments);
  }
  if (!all_processes().is_first()) return 0;
  write_samples(out, samples, run.shape.toy.get());
  if (json) {
    Json object{{"run", run.directory.path()}, {"step", run.step}, {"samples", count},
                {"seed", run.seed()},          {"file", out},      {"walk", nullptr}};
    if (walked) object["walk"] = walked->json;
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{}{}\n", walked ? walked->table : "", printable(out));
  }
  return 0;
}

}  // namespace gradzoo
