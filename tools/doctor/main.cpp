#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tools/bench/bench_json.h"
#include "tools/cli/command_line.h"
#include "tools/cli/program.h"
#include "tools/cli/shared_options.h"
#include "tools/doctor/findings.h"

namespace gradzoo {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kGiB = 1024.0 * 1024 * 1024;

std::string bytes_text(int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= kGiB) return fmt::format("{:.1f} GiB", value / kGiB);
  return value >= 1 << 20 ? fmt::format("{:.3g} MiB", value / (1 << 20))
                          : fmt::format("{:.3g} KiB", value / 1024);
}

std::string caches_text(const Machine& machine) {
  std::string text;
  for (const Cache& cache : machine.caches)
    text += fmt::format("{}L{} {}{}", text.empty() ? "" : ", ", cache.level, bytes_text(cache.bytes),
                        cache.cpus > 1 ? fmt::format(" for {} CPUs", cache.cpus) : "");
  return text.empty() ? "not known" : text;
}

std::string why_kernel(const Machine& machine) {
  const kernels::BlasKernel& kernel = machine.kernel;
  if (!machine.openblas_coretype.empty()) return "as OPENBLAS_CORETYPE says";
  if (kernel.used != kernel.chosen)
    return fmt::format("OpenBLAS chose {}, and {} fits the processor", kernel.chosen, kernel.used);
  return "chosen by OpenBLAS";
}

void print_row(const std::string& name, const std::string& text) {
  fmt::print("  {:<14} {}\n", name, printable(text));
}

void print_rate(const std::string& name, const Rate& rate, const Rate& most, const std::string& unit) {
  const auto share = [](double part, double whole) {
    return whole > 0 ? fmt::format(" ({:.0f} %)", 100 * part / whole) : "";
  };
  print_row(name, fmt::format("{:>6.1f} {}{} with one thread, {:>6.1f}{} with all", rate.one, unit,
                              share(rate.one, most.one), rate.all, share(rate.all, most.all)));
}

void print_page(const Machine& machine, const MachineRates& rates, const std::vector<Ailment>& ailments) {
  fmt::print("machine\n");
  print_row("processor", fmt::format("{}; kernels use {}", machine.processor, machine.instructions));
  print_row("CPUs",
            fmt::format("{} of {} may be used, {} cores{}; threads: {}", machine.allowed_cpus, machine.cpus,
                        machine.cores,
                        machine.cpu_quota > 0 ? fmt::format(", a quota of {:.1f}", machine.cpu_quota) : "",
                        machine.threads));
  print_row("caches", caches_text(machine));
  print_row("memory",
            fmt::format("{} of {} free", bytes_text(machine.free_memory), bytes_text(machine.memory)));
  print_row("load",
            fmt::format("{:.2f} processes in the last minute; others kept {:.1f} CPUs busy while this was "
                        "measured; stolen by the host: {:.1f} %",
                        machine.load, rates.others, 100 * rates.stolen));
  print_row("products",
            fmt::format("{}, kernel {}, {}", machine.blas, machine.kernel.used, why_kernel(machine)));
  print_row("data", machine.data.path.empty() ? "not found" : machine.data.path);
  print_row("cache folder", machine.cache.path.empty() ? "none" : machine.cache.path);
  fmt::print("rates\n");
  print_rate("instructions", rates.instructions, {}, "GFLOP/s");
  print_rate("products", rates.products, rates.instructions, "GFLOP/s");
  print_rate("convolutions", rates.convolutions, rates.instructions, "GFLOP/s");
  print_rate("memory", rates.memory, {}, "GB/s   ");
  fmt::print("{}\n", ailments.empty() ? "nothing is wrong" : "wrong");
  for (const Ailment& ailment : ailments)
    fmt::print("  - {}\n    Hint: {}\n", printable(ailment.what), printable(ailment.hint));
}

Json rate_json(const Rate& rate) { return {{"one_thread", rounded(rate.one)}, {"all", rounded(rate.all)}}; }

Json folder_json(const Folder& folder) {
  return {{"path", folder.path}, {"problem", folder.problem.empty() ? Json() : Json(folder.problem)}};
}

Json page_json(const Machine& machine, const MachineRates& rates, const std::vector<Ailment>& ailments) {
  Json caches = Json::array(), wrong = Json::array();
  for (const Cache& cache : machine.caches)
    caches.push_back({{"level", cache.level}, {"bytes", cache.bytes}, {"cpus", cache.cpus}});
  for (const Ailment& ailment : ailments) wrong.push_back({{"what", ailment.what}, {"hint", ailment.hint}});
  return {{"processor", machine.processor},
          {"instructions", machine.instructions},
          {"cpus", machine.cpus},
          {"allowed_cpus", machine.allowed_cpus},
          {"cores", machine.cores},
          {"cpu_quota", machine.cpu_quota > 0 ? rounded(machine.cpu_quota) : Json()},
          {"threads", machine.threads},
          {"caches", caches},
          {"memory_bytes", machine.memory},
          {"free_memory_bytes", machine.free_memory},
          {"load", rounded(machine.load)},
          {"others_cpus", rounded(rates.others)},
          {"stolen_share", rounded(rates.stolen)},
          {"blas", machine.blas},
          {"blas_kernel", machine.kernel.used},
          {"blas_kernel_chosen_by_openblas", machine.kernel.chosen},
          {"data", folder_json(machine.data)},
          {"cache", folder_json(machine.cache)},
          {"instructions_gflops", rate_json(rates.instructions)},
          {"products_gflops", rate_json(rates.products)},
          {"convolutions_gflops", rate_json(rates.convolutions)},
          {"memory_gb_per_s", rate_json(rates.memory)},
          {"wrong", wrong}};
}

int run(const Arguments& arguments) {
  bool json = false;
  int64_t threads = 0;
  CommandLine line("doctor", "Looks the machine over: what it has, how fast it is, and what slows it down.",
                   {{"gradzoo doctor", "a page, with a hint for each thing that is wrong"}});
  add_threads(line, threads);
  line.flag("--json", json, "print one JSON object");
  if (!line.parse(arguments)) {
    fmt::print("{}", line.help());
    return 0;
  }
  use_threads(threads);
  const Machine machine = read_machine();
  const MachineRates rates = measure_rates();
  const std::vector<Ailment> ailments = ailments_of(machine, rates);
  if (json) {
    fmt::print("{}\n", page_json(machine, rates, ailments).dump());
  } else {
    print_page(machine, rates, ailments);
  }
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(
      argv, {"doctor", "look the machine over: what slows training down here", gradzoo::run});
}
