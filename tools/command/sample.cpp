#include <optional>

#include <fmt/format.h>

#include "autograd/base/error.h"
#include "autograd/kernels/threads/parallel.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/use_threads.h"
#include "tools/run/saved_run.h"
#include "tools/run/walk.h"
#include "tools/run/write_samples.h"

namespace gradzoo {
namespace {

// What --sampler and --set ask for; nothing without --sampler.
std::optional<ChainOptions> chosen_chains(const std::string& sampler,
                                          const std::vector<std::string>& assignments) {
  if (sampler.empty()) {
    if (assignments.empty()) return {};
    throw Error("sample: --set {} belongs to a sampler. Hint: --sampler ula, mala or mh",
                assignments.front());
  }
  const SamplerKind kind = parse_sampler(sampler);
  Settings settings = sampler_settings(kind);
  for (const std::string& assignment : assignments) settings.assign(assignment);
  const ChainOptions options = chain_options(kind, settings);
  check_options(options);
  return options;
}

Walk walk_on(const SavedRun& run, int64_t count, const ChainOptions& options, uint64_t seed) {
  const Target target = run.model->target();
  check_fits(options.kind, target, run.entry->name);
  return walk(target, run.shape, count, options, seed);
}

}  // namespace

int sample_command(const Arguments& arguments) {
  constexpr int64_t kMostSamples = 200'000;
  std::string run_path, out;
  int64_t count = 100, seed = -1, threads = 0;
  std::string sampler;
  std::vector<std::string> assignments;
  CommandLine line("sample",
                   "Draws samples from a run, as its model does or by Markov chains on what it learned.");
  line.positional("RUN", run_path, "a run directory");
  line.option("-n", "N", count, "samples (default: 100)", 1, kMostSamples);
  line.option("--out", "FILE", out,
              "x.png a picture, x.npy float32 (n, H, W) or (n, d), x.csv a line a sample "
              "(default: RUN/samples/sample-seed<S>.png)");
  line.option(
      "--sampler", "NAME", sampler,
      "walk on the model's log-density or score instead: ula, mala or mh (gradzoo list samplers), a chain "
      "a sample; prints acceptance, effective sample size (ESS) and split R-hat");
  line.options("--set", "KEY=VALUE", assignments,
               "of the sampler: step (default: 0.01, mh 0.5), steps (1000), warmup (half of them), "
               "convention (full or half), noise (1; ula alone, 0 climbs to a mode)");
  line.option("--seed", "S", seed, "of the samples (default: the run's)", 0, int64_t{1} << 53);
  line.option("--threads", "T", threads, "threads; the result does not depend on them (default: the cores)",
              1, kernels::kMaxThreads);
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (!out.empty()) check_samples_path(out);
  const std::optional<ChainOptions> chains = chosen_chains(sampler, assignments);
  kernels::set_flush_denormals(true);
  std::string table;
  use_threads(threads);
  const SavedRun run = open_run(run_path);
  const uint64_t sample_seed = seed < 0 ? run.seed() : static_cast<uint64_t>(seed);
  if (out.empty())
    out = run.directory.picture(fmt::format("sample-{}seed{}", chains ? sampler + "-" : "", sample_seed));
  if (chains) {
    const Walk walked = walk_on(run, count, *chains, sample_seed);
    write_samples(out, walked.samples, run.shape.toy.get());
    table = walk_table(walked.chains, count, *chains);
  } else {
    Rng rng(sample_seed, "samples");
    write_samples(out, run.model->sample(count, rng), run.shape.toy.get());
  }
  fmt::print("{}{}\n", table, out);
  return 0;
}

}  // namespace gradzoo
