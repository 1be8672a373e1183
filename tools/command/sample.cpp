#include <fmt/format.h>

#include "autograd/error.h"
#include "autograd/kernels/parallel.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/run/saved_run.h"
#include "tools/run/write_samples.h"

namespace gradzoo {

int sample_command(const Arguments& arguments) {
  constexpr int64_t kMostSamples = 200'000;
  std::string run_path, out;
  int64_t count = 100, seed = -1, threads = 0;
  CommandLine line("sample", "Draws samples from a run.");
  line.positional("RUN", run_path, "a run directory");
  line.option("-n", "N", count, "samples (default: 100)", 1, kMostSamples);
  line.option("--out", "FILE", out,
              "x.png a picture, x.npy float32 (n, H, W) or (n, d), x.csv a line a sample "
              "(default: RUN/samples/sample-seed<S>.png)");
  line.option("--seed", "S", seed, "of the samples (default: the run's)", 0, int64_t{1} << 53);
  line.option("--threads", "T", threads, "threads; the result does not depend on them (default: the cores)",
              1, 1024);
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (!out.empty()) check_samples_path(out);
  if (threads > 0) kernels::set_threads(static_cast<int>(threads));
  kernels::set_flush_denormals(true);
  const SavedRun run = open_run(run_path);
  const uint64_t sample_seed = seed < 0 ? run.seed() : static_cast<uint64_t>(seed);
  if (out.empty()) out = run.directory.picture(fmt::format("sample-seed{}", sample_seed));
  Rng rng(sample_seed, "samples");
  write_samples(out, run.model->sample(count, rng));
  fmt::print("{}\n", out);
  return 0;
}

}  // namespace gradzoo
