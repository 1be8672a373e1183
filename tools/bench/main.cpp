#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/options.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/commands/shared_options.h"
#include "gradzoo/commands/values.h"
#include "tools/bench/convolutions.h"
#include "tools/bench/growth.h"
#include "tools/bench/meters.h"
#include "tools/bench/tape_overhead.h"
#include "tools/bench/workloads.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kQuickSteps = 20, kQuickWarmUp = 5;

// Not more digits than a clock gives; null where there is no number.
Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  return gradzoo::rounded(value, 5);
}

// {key: name} and what it was measured on.
Json bench_object(const std::string& key, const std::string& name) {
  return {{key, name},
          {"dtype", "f32"},
          {"threads", num_threads()},
          {"blas", blas_version()},
          {"blas_kernel", blas_kernel().used}};
}

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const Workload& workload : workloads()) names.push_back(workload.name);
  names.emplace_back(kTapeOverhead);
  return names;
}

// The names given, all where there are none.
std::vector<std::string> chosen(const std::vector<std::string>& names) {
  const std::vector<std::string> known = known_names();
  for (const std::string& name : names)
    if (std::ranges::find(known, name) == known.end()) throw_unknown("bench: workload", name, known);
  return names.empty() ? known : names;
}

Json measure(const Workload& workload, const BenchOptions& options) {
  const double sgemm_gflops = sgemm_rate();
  const WorkloadResult result = run_workload(workload, options);
  const double ms = result.ms(0.5);
  Json json = bench_object("workload", workload.name);
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

// The same fields, null where a bare chain of ops has nothing to say.
Json measure_tape(const BenchOptions& options) {
  reset_peak_memory();
  const TapeOverhead ns = measure_tape_overhead(options.steps);
  Json json = bench_object("workload", kTapeOverhead);
  json["batch"] = nullptr;
  json["steps"] = options.steps;
  for (const char* of_a_training_step :
       {"ms_median", "ms_min", "ms_p90", "steps_per_s", "samples_per_s", "gemm_gflop", "sgemm_gflops",
        "roofline_fraction", "pool_peak_mb", "final_loss"})
    json[of_a_training_step] = nullptr;
  json["peak_rss_mb"] = rounded(peak_memory_mb());
  json["ns_per_op_forward_no_tape"] = rounded(ns.forward_no_tape);
  json["ns_per_op_forward_tape"] = rounded(ns.forward_tape);
  json["ns_per_op_forward_backward"] = rounded(ns.forward_backward);
  json["ns_per_op_grad_of_grad"] = rounded(ns.grad_of_grad);
  json["system_allocations_per_step"] = rounded(ns.allocations);
  return json;
}

void print_row(const Json& row) {
  const auto number = [&](const char* key) { return row[key].is_null() ? NAN : row[key].get<double>(); };
  const auto name = row["workload"].get<std::string>();
  if (name == kTapeOverhead) {
    fmt::print(
        "{:<20} ns per op: forward {:.0f}, on a tape {:.0f}, with backward {:.0f}, gradient of gradient "
        "{:.0f}\n",
        kTapeOverhead, number("ns_per_op_forward_no_tape"), number("ns_per_op_forward_tape"),
        number("ns_per_op_forward_backward"), number("ns_per_op_grad_of_grad"));
  } else {
    fmt::print("{:<20} {:>8.3f} {:>8.3f} {:>8.3f} {:>11.0f} {:>9.3f} {:>9.2f} {:>7.1f} {:>8.0f} {:>11.5g}\n",
               name, number("ms_median"), number("ms_min"), number("ms_p90"), number("samples_per_s"),
               number("gemm_gflop"), number("roofline_fraction"), number("system_allocations_per_step"),
               number("peak_rss_mb"), number("final_loss"));
  }
}

std::string workloads_text() {
  std::string text;
  for (const Workload& workload : workloads())
    text += fmt::format("  {:<20} {}\n", workload.name, workload.step);
  return text +
         fmt::format("  {:<20} a chain of 1000 small ops: the cost of recording and of the sweep per op\n",
                     kTapeOverhead);
}

std::string growths_text() {
  std::string text, last;
  for (const Growth& growth : growths())
    if (std::exchange(last, growth.name) != growth.name)
      text += fmt::format("  {:<20} {}, {} from {} to {}\n", growth.name, growth.work, growth.symbol,
                          growth.sizes.front(), growth.sizes.back());
  return text;
}

void bench_growth(const std::vector<std::string>& names, bool quick, bool json) {
  for (const std::string& name : names) find_named(growths(), name, "bench: growth");
  for (const Growth& growth : growths()) {
    if (!names.empty() && std::ranges::find(names, growth.name) == names.end()) continue;
    const std::vector<StepCost> found =
        measure(growth, quick ? GrowthOptions{.sizes = 4, .rounds = 1, .seconds = 0} : GrowthOptions{});
    Json points = Json::array();
    if (!json)
      fmt::print("{}: {}\n  {:>8} {:>10} {:>6} {:>10} {:>6}\n", growth.curve, growth.work, growth.symbol,
                 "ms", "order", "MB", "order");
    for (size_t i = 0; i < found.size(); ++i) {
      const double x = growth.sizes[i];
      points.push_back({{growth.symbol, x}, {"ms", rounded(found[i].ms)}, {"mb", rounded(found[i].mb)}});
      const auto order = [&](const char* key, double StepCost::*of) -> std::string {
        if (i == 0) return "";
        const double p = order_between(growth.sizes[i - 1], found[i - 1].*of, x, found[i].*of);
        points.back()[key] = rounded(p);
        return fmt::format("{:.2f}", p);
      };
      const std::string ms = order("ms_order", &StepCost::ms), mb = order("mb_order", &StepCost::mb);
      if (!json) fmt::print("  {:>8} {:>10.4g} {:>6} {:>10.4g} {:>6}\n", x, found[i].ms, ms, found[i].mb, mb);
    }
    Json object = bench_object("curve", growth.curve);
    object.update({{"work", growth.work}, {"size", growth.symbol}, {"points", points}});
    fmt::print("{}\n", json ? object.dump() : "");
    std::fflush(stdout);
  }
}

void bench_workloads(const std::vector<std::string>& names, const BenchOptions& options, bool json) {
  const std::vector<std::string> wanted = chosen(names);
  if (!json) {
    fmt::print("{}, kernel {}, {} threads\n", blas_version(), blas_kernel().used, num_threads());
    fmt::print("{:<20} {:>8} {:>8} {:>8} {:>11} {:>9} {:>9} {:>7} {:>8} {:>11}\n", "workload", "ms", "least",
               "p90", "examples/s", "GFLOP", "roofline", "allocs", "peak MB", "loss");
  }
  std::string failure;
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(workloads(), name, &Workload::name);
    try {
      const Json row = found == workloads().end() ? measure_tape(options) : measure(*found, options);
      if (json)
        fmt::print("{}\n", row.dump());
      else
        print_row(row);
    } catch (const Error& error) {  // the others run all the same
      if (failure.empty()) failure = fmt::format("bench: {}: {}", name, error.what());
    }
    std::fflush(stdout);  // a long run that is interrupted has printed what it measured
  }
  if (!failure.empty()) throw Error(failure);
}

void bench_convolutions(bool quick, bool json) {
  const double sgemm = sgemm_rate();
  if (!json)
    fmt::print("batch 64, f32, GFLOP/s with {} threads; sgemm {:.0f}\n{:<30} {:>8} {:>8} {:>9}\n",
               num_threads(), sgemm, "convolution", "forward", "by data", "by weight");
  for (const ConvolutionCase& each : convolution_cases()) {
    const ConvolutionRates rates = convolution_rates(each, quick ? 0.02 : 0.5);
    if (!json) {
      fmt::print("{:<30} {:>8.0f} {:>8.0f} {:>9.0f}\n", each.name, rates.forward, rates.by_data,
                 rates.by_weight);
      continue;
    }
    Json object = bench_object("convolution", each.name);
    object["sgemm_gflops"] = rounded(sgemm);
    object["forward_gflops"] = rounded(rates.forward);
    object["by_data_gflops"] = rounded(rates.by_data);
    object["by_weight_gflops"] = rounded(rates.by_weight);
    fmt::print("{}\n", object.dump());
  }
}

int run(const Arguments& arguments) {
  std::vector<std::string> names;
  int64_t threads = 0, steps = 0;
  bool quick = false, json = false, convolutions = false, growth = false;
  CommandLine line("bench", "Times training steps of the library's own models on this machine.",
                   {{"gradzoo bench --quick", "a quick look at every workload"},
                    {"gradzoo bench vae_b100 --threads 2 --json", "one workload, as JSON"}});
  line.positionals("NAME", names, "names of workloads, or of growing sizes with --growth (default: all)");
  line.completes("NAME", [](const std::string&) { return words_known(known_names()); });
  line.section("Workloads:", workloads_text);
  line.section("With --growth:", growths_text);
  line.option("--threads", "T", threads, "number of threads (default: all cores)", 1, kMaxThreads);
  line.option("--steps", "N", steps, "number of timed steps, after a warm-up (default: 300)", 1, 1'000'000);
  line.flag("--growth", growth,
            "instead measure how time and memory grow with a size: a table with the order of the growth");
  line.flag("--convolutions", convolutions, "instead measure the three products of convolutions, in GFLOP/s");
  line.flag("--quick", quick,
            "only 20 steps (or --steps) and the smallest sizes: a quick look, not a measurement");
  line.flag("--json", json, "print one JSON object per workload or curve");
  if (!line.read(arguments)) return 0;
  set_flush_denormals(true);
  use_threads(threads);
  if (convolutions) {
    if (growth || !names.empty() || steps > 0)
      throw Error("bench: --convolutions takes no workloads, steps or --growth. Hint: give it without them");
    bench_convolutions(quick, json);
    return 0;
  }
  if (growth) {
    if (steps > 0) throw Error("bench: --growth has a fixed time and takes no --steps. Hint: use --quick");
    bench_growth(names, quick, json);
    return 0;
  }
  BenchOptions options = quick ? BenchOptions{.steps = kQuickSteps, .warm_up = kQuickWarmUp} : BenchOptions{};
  if (steps > 0) options.steps = steps;
  bench_workloads(names, options, json);
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(argv, {"bench", "time training steps on this machine", gradzoo::run});
}
