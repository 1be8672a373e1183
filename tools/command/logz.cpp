#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/tape.h"
#include "base/error.h"
#include "base/text.h"
#include "models/registry.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"
#include "tools/command/shared_options.h"
#include "tools/plot/image.h"
#include "tools/run/saved_run.h"
#include "tools/uses/log_partition.h"

namespace gradzoo {
namespace {

Partition partition_of(const SavedRun& run) {
  std::optional<Partition> partition = run.model->partition();
  if (partition) return std::move(*partition);
  throw Error(
      "logz: {} is a run of {}, which has no log Z that annealing over binary units reaches. Hint: a run of "
      "rbm or dbn",
      run.directory.path(), run.model_name());
}

void check_enumerable(const Partition& partition, const std::string& run) {
  if (partition.exact) return;
  throw Error("logz: {}: {}. Hint: leave --exact away, and annealed importance sampling estimates it", run,
              partition.cost);
}

}  // namespace

int logz_command(const Arguments& arguments) {
  std::string run_path, out;
  AnnealingOptions annealing;
  int64_t seed = -1, threads = 0;
  bool json = false, exact = false;
  CommandLine line(
      "logz",
      "Finds log Z of a run of binary units: exactly where one side has 20 units or fewer, and by "
      "annealed importance sampling upwards and downwards.");
  line.positional("RUN", run_path, "a run directory");
  line.option("--chains", "N", annealing.chains, "chains each way (default: 100)", 1, 1'000'000);
  line.option("--temperatures", "N", annealing.temperatures, "temperatures of each (default: 10000)", 2,
              100'000'000);
  add_seed(line, seed, "of the chains (default: the run's)");
  line.option("--out", "FILE", out, "x.png: log Z along the path as single chains tell it");
  add_threads(line, threads);
  line.flag("--exact", exact, "insist on enumeration");
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  if (!out.empty()) check_picture("logz", out);
  use_threads(threads);
  const NoGrad quiet;
  const SavedRun run = open_run(run_path);
  const Partition partition = partition_of(run);
  if (exact) check_enumerable(partition, run_path);
  const uint64_t chain_seed = seed < 0 ? run.seed() : static_cast<uint64_t>(seed);
  const LogZReport report = measure_log_z(partition, annealing, chain_seed);
  if (!out.empty()) write_png(out, draw_log_z(report));
  if (json) {
    nlohmann::ordered_json object{
        {"run", run_path}, {"model", run.model_name()}, {"step", run.step}, {"seed", chain_seed}};
    object.update(nlohmann::ordered_json::parse(log_z_json(report)));
    fmt::print("{}\n", object.dump());
    return 0;
  }
  fmt::print("{}: {} at step {}\n{}", printable(run_path), run.model_name(), run.step, log_z_table(report));
  if (!out.empty()) fmt::print("{}\n", printable(out));
  return 0;
}

}  // namespace gradzoo
