#include "experiments/uses/log_partition.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "gradzoo/experiments/live_line.h"
#include "gradzoo/experiments/uses/use.h"
#include "gradzoo/plot/chart.h"
#include "nn/parallel/shared_rows.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kStandardErrors = 3;
constexpr size_t kChainsDrawn = 12;

double low(const LogPartition& z) { return z.value - kStandardErrors * z.annealing.error; }
double high(const LogPartition& z) { return z.value + kStandardErrors * z.annealing.error; }

std::string line(const char* name, const LogPartition& z, const std::string& remark) {
  return fmt::format("  {:<8} {:>10.3f}  [{:.3f}, {:.3f}]  ESS {:.2f}  {}\n", name, z.value, low(z), high(z),
                     z.annealing.ess, remark);
}

std::string remark_down(const LogZReport& report) {
  return report.exact ? "above log Z on average, because the chains start at exact samples"
                      : "not a bound, because the ends of long chains may not be samples of the model";
}

Json to_json(const LogPartition& z, bool bound) {
  return {{"value", z.value}, {"error", z.annealing.error}, {"low", low(z)},
          {"high", high(z)},  {"ess", z.annealing.ess},     {"bound", bound}};
}

// Chains' own log Z_beta; of those that go down less what they say of log Z_0, which is known.
void add_chains(LineChart& chart, const AisEstimate& annealing, double begin_log_z, bool down) {
  const size_t count = std::min(kChainsDrawn, annealing.history.size());
  for (size_t chain = 0; chain < count; ++chain) {
    const std::vector<double>& weights = annealing.history[chain];
    Series series{.name = chain > 0 ? ""
                          : down    ? "downwards"
                                    : "upwards",
                  .x = annealing.recorded_betas,
                  .color = down ? 1 : 0};
    const double offset = begin_log_z - (down ? weights.back() : 0.0);
    for (const double w : weights) series.y.push_back(offset + w);
    chart.series.push_back(std::move(series));
  }
}

using Anneal = FunctionRef<LogPartition(const AnnealingOptions& options, Rng& rng, const ShareDone& done)>;

// Chains in blocks, each a process's own. `sign` of the log-ratio in log Z: -1 of chains that go down.
LogPartition in_blocks(const Partition& partition, const AnnealingOptions& options, double sign, Rng& rng,
                       const ShareDone& done, Processes& processes, Anneal anneal) {
  const RowBlocks blocks(options.chains);
  std::optional<LogPartition> first;
  double annealed = 0;
  const Tensor weights = shared_draws(blocks, processes, rng, [&](int64_t i, Rng& own) {
    LogPartition found =
        anneal({.chains = blocks.size, .temperatures = options.temperatures}, own, [&](double share) {
          const double all = static_cast<double>(blocks.count) / static_cast<double>(processes.count());
          if (done) done(std::min(1.0, (annealed + share) / all));
        });
    ++annealed;
    Tensor its = found.annealing.log_weights;
    if (i == 0) first = std::move(found);
    return its;
  });
  if (first && blocks.count == 1) return std::move(*first);
  AisEstimate all = ais_estimate(weights);
  if (first) {
    all.recorded_betas = std::move(first->annealing.recorded_betas);
    all.history = std::move(first->annealing.history);
  }
  return {partition.begin_log_z + sign * all.log_ratio, std::move(all)};
}

}  // namespace

std::vector<std::string> LogZReport::warnings() const {
  std::vector<std::string> out;
  const double gap = std::abs(down.value - up.value);
  const double allowed = kStandardErrors * std::hypot(up.annealing.error, down.annealing.error);
  if (gap > allowed) {
    out.push_back(
        fmt::format("the two directions differ by {:.2f} nats, {:.1f} times what chance allows, so neither "
                    "is reliable; use more temperatures",
                    gap, gap / allowed));
  }
  for (const LogPartition* z : {&up, &down}) {
    if (!z->annealing.is_of_few()) continue;
    out.push_back(
        fmt::format("{}, a few chains dominate the estimate (ESS {:.2f}), so the interval is too short; use "
                    "more temperatures",
                    z == &up ? "upwards" : "downwards", z->annealing.ess));
  }
  if (exact && (*exact < low(up) || *exact > high(up)))
    out.push_back(fmt::format(
        "the exact log Z is outside the interval of the upward estimate, {:.2f} nats from the estimate",
        *exact - up.value));
  return out;
}

LogZReport measure_log_z(const Partition& partition, const AnnealingOptions& options, uint64_t seed,
                         const ShareDone& done, Processes& processes) {
  const auto half = [&](double before) {
    return [&done, before](double share) {
      if (done) done(before + share / 2);
    };
  };
  LogZReport out{.why_not_exact = partition.cost, .begin_log_z = partition.begin_log_z, .options = options};
  if (partition.exact) out.exact = partition.exact();
  Rng upwards(seed, "logz/up"), downwards(seed, "logz/down");
  out.up = in_blocks(partition, options, 1, upwards, half(0), processes,
                     [&](const AnnealingOptions& block, Rng& rng, const ShareDone& told) {
                       return anneal_up(partition, block, rng, told);
                     });
  out.down = in_blocks(partition, options, -1, downwards, half(0.5), processes,
                       [&](const AnnealingOptions& block, Rng& rng, const ShareDone& told) {
                         return anneal_down(partition, block, rng, told);
                       });
  return out;
}

std::string log_z_table(const LogZReport& report) {
  std::string text =
      fmt::format("log Z in nats, {} chains of {} temperatures, intervals of {} standard errors\n",
                  report.options.chains, report.options.temperatures, kStandardErrors);
  text += report.exact ? fmt::format("  {:<8} {:>10.3f}  by enumeration\n", "exact", *report.exact)
                       : fmt::format("  {:<8} {:>10}  {}\n", "exact", "-", report.why_not_exact);
  text += line("forward", report.up, "below log Z on average");
  text += line("reverse", report.down, remark_down(report));
  for (const std::string& warning : report.warnings()) text += fmt::format("warning: {}\n", warning);
  return text;
}

nlohmann::ordered_json log_z_json(const LogZReport& report) {
  Json json{{"exact", nullptr},
            {"forward", to_json(report.up, true)},
            {"reverse", to_json(report.down, report.exact.has_value())},
            {"chains", report.options.chains},
            {"temperatures", report.options.temperatures},
            {"warnings", report.warnings()}};
  if (report.exact) json["exact"] = *report.exact;
  return json;
}

Drawing draw_log_z(const LogZReport& report) {
  LineChart chart{.title = "log Z from independent units (0) to the model (1)",
                  .x_label = "inverse temperature beta",
                  .y_label = "log Z at beta, nats"};
  add_chains(chart, report.up.annealing, report.begin_log_z, false);
  add_chains(chart, report.down.annealing, report.begin_log_z, true);
  if (report.exact) chart.levels.push_back({"exact", *report.exact});
  return draw_chart(chart);
}

namespace {

struct LogZ {
  AnnealingOptions annealing;
  bool exact = false;

  void describe(OptionTable& table) {
    table.add("chains", annealing.chains, "number of chains in each direction", {1, 1'000'000});
    table.add("temperatures", annealing.temperatures, "number of temperatures of each chain",
              {2, 100'000'000});
    table.add("exact", exact, "require enumeration, and fail if it is too expensive");
  }

  UseResult run(UseCall& call) const {
    const OpenedRun& run = call.run();
    const Partition partition = *run.model->abilities().partition;
    if (exact && !partition.exact)
      throw Error("logz: {}: {}. Hint: remove --exact to estimate log Z by annealed importance sampling",
                  run.path(), partition.cost);
    Countdown countdown(call.progress, "logz");
    const LogZReport report = measure_log_z(
        partition, annealing, call.seed, [&](double share) { countdown.done(share); },
        call.run().processes());
    UseResult out;
    out.text = fmt::format("{}: {} at step {}\n{}", printable(run.path()), run.model_name(), run.step,
                           log_z_table(report));
    out.details = log_z_json(report);
    out.picture = draw_log_z(report);
    return out;
  }
};

std::string lacks_partition(const Abilities& abilities, const DataShape&) {
  return abilities.partition ? "" : "has no log Z that annealing over binary units can estimate";
}

}  // namespace

Use logz_use() {
  return use_of<LogZ>(
      {.name = "logz",
       .summary = "compute the normalising constant of a run with binary units",
       .description = "Computes log Z of a run with binary units: exactly if one side has at most 20 units, "
                      "and by annealed importance sampling upwards and downwards.",
       .examples = {{"gradzoo logz zoo/rbm", "log Z by annealed importance sampling"}},
       .seed_meaning = "seed of the chains",
       .file_meaning = "estimates of log Z along the path, from single chains",
       .draws_chart = [](const DataShape&) { return true; },
       .missing = lacks_partition});
}

}  // namespace gradzoo
