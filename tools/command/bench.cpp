#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/error.h"
#include "autograd/kernels/gemm.h"
#include "autograd/kernels/parallel.h"
#include "autograd/text.h"
#include "tools/bench/meters.h"
#include "tools/bench/tape_overhead.h"
#include "tools/bench/workloads.h"
#include "tools/command/command_line.h"
#include "tools/command/commands.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kQuickSteps = 20, kQuickWarmUp = 5;

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const Workload& workload : workloads()) names.push_back(workload.name);
  names.emplace_back(kTapeOverhead);
  return names;
}

// The names given, all where there are none.
std::vector<std::string> chosen(const std::vector<std::string>& names) {
  const std::vector<std::string> known = known_names();
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    throw Error(fmt::format("bench: workload '{}' is not known. {}", name, did_you_mean(name, known)));
  }
  return names.empty() ? known : names;
}

// A number for a reader: not more digits than a clock gives; null where there is none.
Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::stod(fmt::format("{:.5g}", value));
}

Json machine(const std::string& name) {
  return {{"workload", name},
          {"dtype", "f32"},
          {"threads", kernels::threads()},
          {"blas", kernels::blas_version()},
          {"blas_kernel", kernels::blas_kernel()}};
}

Json measure(const Workload& workload, const BenchOptions& options) {
  const double sgemm_gflops = sgemm_rate();
  const WorkloadResult result = run_workload(workload, options);
  const double ms = result.ms(0.5);
  Json json = machine(workload.name);
  json["batch"] = result.batch;
  json["steps"] = result.step_ms.size();
  json["ms_median"] = rounded(ms);
  json["ms_min"] = rounded(result.ms(0));
  json["ms_p90"] = rounded(result.ms(0.9));
  json["steps_per_s"] = rounded(1e3 / ms);
  json["samples_per_s"] = rounded(1e3 / ms * static_cast<double>(result.batch));
  json["gemm_gflop"] = rounded(result.gemm_gflop);
  json["sgemm_gflops"] = rounded(sgemm_gflops);
  json["roofline_fraction"] = rounded(result.gemm_gflop / (ms * 1e-3) / sgemm_gflops);
  json["system_allocations_per_step"] = rounded(result.allocations_per_step);
  json["peak_rss_mb"] = rounded(result.peak_rss_mb);
  json["pool_peak_mb"] = rounded(result.pool_peak_mb);
  json["final_loss"] = rounded(result.final_loss);
  return json;
}

Json measure_tape(const BenchOptions& options) {
  const TapeOverhead ns = measure_tape_overhead(options.steps);
  Json json = machine(kTapeOverhead);
  json["steps"] = options.steps;
  json["ns_per_op_forward_no_tape"] = rounded(ns.forward_no_tape);
  json["ns_per_op_forward_tape"] = rounded(ns.forward_tape);
  json["ns_per_op_forward_backward"] = rounded(ns.forward_backward);
  json["ns_per_op_grad_of_grad"] = rounded(ns.grad_of_grad);
  json["system_allocations_per_step"] = rounded(ns.allocations);
  return json;
}

void print_row(const Json& row) {
  const auto number = [&](const char* key) { return row[key].is_null() ? NAN : row[key].get<double>(); };
  if (row["workload"] == kTapeOverhead) {
    fmt::print(
        "{:<20} ns an op: forward {:.0f}, on a tape {:.0f}, with backward {:.0f}, gradient of gradient "
        "{:.0f}\n",
        kTapeOverhead, number("ns_per_op_forward_no_tape"), number("ns_per_op_forward_tape"),
        number("ns_per_op_forward_backward"), number("ns_per_op_grad_of_grad"));
  } else {
    fmt::print("{:<20} {:>8.3f} {:>8.3f} {:>8.3f} {:>11.0f} {:>9.3f} {:>9.2f} {:>7.1f} {:>8.0f} {:>11.5g}\n",
               row["workload"].get<std::string>(), number("ms_median"), number("ms_min"), number("ms_p90"),
               number("samples_per_s"), number("gemm_gflop"), number("roofline_fraction"),
               number("system_allocations_per_step"), number("peak_rss_mb"), number("final_loss"));
  }
  std::fflush(stdout);
}

}  // namespace

int bench_command(const Arguments& arguments) {
  std::vector<std::string> names;
  BenchOptions options;
  int64_t threads = 0;
  bool quick = false, json = false;
  CommandLine line("bench", "Times training steps of the library's own models on this machine.");
  line.positionals("WORKLOAD", names, "workloads by name; all where none is given");
  line.option("--threads", "T", threads, "threads (default: the cores)", 1, 1024);
  line.option("--steps", "N", options.steps, "steps that are timed, after a warm-up (default: 300)", 1,
              1'000'000);
  line.flag("--quick", quick, "20 steps of each: a look, not a measurement");
  line.flag("--json", json, "print one JSON object a workload");
  if (!line.parse(arguments)) {
    fmt::print("{}\nworkloads:\n", line.help());
    for (const Workload& workload : workloads()) fmt::print("  {:<20} {}\n", workload.name, workload.step);
    fmt::print("  {:<20} a chain of 1000 small ops: what recording and sweeping cost an op\n", kTapeOverhead);
    return 0;
  }
  const std::vector<std::string> wanted = chosen(names);
  if (quick) options = {.steps = kQuickSteps, .warm_up = kQuickWarmUp};
  if (threads > 0) kernels::set_threads(static_cast<int>(threads));
  kernels::set_flush_denormals(true);
  if (!json) {
    fmt::print("{}, kernel {}, {} threads\n", kernels::blas_version(), kernels::blas_kernel(),
               kernels::threads());
    fmt::print("{:<20} {:>8} {:>8} {:>8} {:>11} {:>9} {:>9} {:>7} {:>8} {:>11}\n", "workload", "ms", "least",
               "p90", "examples/s", "GFLOP", "roofline", "allocs", "peak MB", "loss");
  }
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(workloads(), name, &Workload::name);
    const Json row = found == workloads().end() ? measure_tape(options) : measure(*found, options);
    if (json) {
      fmt::print("{}\n", row.dump());
    } else {
      print_row(row);
    }
  }
  return 0;
}

}  // namespace gradzoo
