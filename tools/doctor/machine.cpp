#include "tools/doctor/machine.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <locale>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <unistd.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/runtime.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/container.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/folders.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/base/options.h"
#include "gradzoo/base/text.h"
#include "gradzoo/datasets/registry.h"
#include "gradzoo/experiments/uses/classifiers.h"
#include "tools/bench/convolutions.h"
#include "tools/bench/meters.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// "48K", "32768K", "1M" or "12345 kB".
int64_t bytes_in(const std::string& text) {
  const int64_t number = std::atoll(text.c_str());
  return text.find_first_of("Kk") != std::string::npos ? number << 10
         : text.ends_with('M')                         ? number << 20
                                                       : number;
}

struct Cpus {
  int allowed = 0, cores = 0;  // by the process's affinity, and physical ones among them
  int first = 0, last = 0;
};

Cpus cpus_of_this_process() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  static_cast<void>(::sched_getaffinity(0, sizeof(allowed), &allowed));
  Cpus cpus;
  std::set<std::string> siblings;
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0; --cpu) {
    if (!CPU_ISSET(static_cast<size_t>(cpu), &allowed)) continue;
    if (cpus.allowed++ == 0) cpus.last = cpu;
    cpus.first = cpu;
    const std::string its =
        first_line(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
    siblings.insert(its.empty() ? std::to_string(cpu) : its);
  }
  cpus.cores = static_cast<int>(siblings.size());
  return cpus;
}

// Instructions' left out.
Json caches_of(int cpu) {
  Json caches = Json::array();
  for (int index = 0; index < 8; ++index) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}/cache/index{}/", cpu, index),
                      type = first_line(folder + "type");
    if (type.empty() || type == "Instruction") continue;
    int sharing = 0;
    for (const char digit : first_line(folder + "shared_cpu_map"))  // hexadecimal, with commas
      sharing += digit == ',' ? 0 : std::popcount(std::stoul(std::string(1, digit), nullptr, 16));
    caches.push_back({{"level", std::atoi(first_line(folder + "level").c_str())},
                      {"bytes", bytes_in(first_line(folder + "size"))},
                      {"cpus", sharing}});
  }
  return caches;
}

int64_t memory_of_system(const std::string& name) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) return bytes_in(line.substr(name.size()));
  return 0;
}

Json folder(FunctionRef<std::string()> find, FunctionRef<std::string(const std::string& path)> problem_of) {
  try {
    const std::string path = find(), problem = problem_of(path);
    return {{"path", path}, {"problem", problem.empty() ? Json() : Json(problem)}};
  } catch (const Error& error) {
    return {{"path", ""}, {"problem", error.what()}};
  }
}

// Whether files could be made in it, or in the nearest folder above that there is.
std::string not_writable(const std::string& folder) {
  if (folder.empty()) return "the cache has no folder. Hint: set HOME or XDG_CACHE_HOME";
  fs::path there = folder;
  while (!fs::exists(there) && there.has_relative_path()) there = there.parent_path();
  return ::access(there.c_str(), W_OK | X_OK) == 0 ? "" : there.string() + " cannot be written to";
}

/// Ticks of the system's clock so far, over all CPUs, and the seconds that this process has computed.
struct Ticks {
  double all = 0, busy = 0, stolen = 0;
  double clock = steady_seconds(), own = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
};

Ticks ticks_so_far() {
  // proc(5): cpu user nice system idle iowait irq softirq steal ...
  std::istringstream line(first_line("/proc/stat"));
  line.imbue(std::locale::classic());
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, stolen = 0;
  line >> name >> user >> nice >> system >> idle >> wait >> irq >> soft >> stolen;
  const double busy = user + nice + system + irq + soft;
  return {busy + idle + wait + stolen, busy, stolen};
}

// A rate, in 10^9 a second, with one thread and with all that the program takes.
Json with_one_and_all(FunctionRef<double()> rate) {
  const int all = num_threads();
  set_num_threads(1);
  const double one = rounded(rate(), 5);
  set_num_threads(all);
  return {{"one_thread", one}, {"all", all == 1 ? one : rounded(rate(), 5)}};
}

// Of calls that do so much work.
Json rate_of(double work, FunctionRef<void()> call) {
  return with_one_and_all([&] { return 1e-9 * work / median_seconds(call, 0.3); });
}

Json rates_of_instructions() {
  constexpr int64_t kBlocks = 48, kRounds = 40'000;  // a block: a tenth of a millisecond
  const double flops = static_cast<double>(kBlocks) * run_multiply_adds(kRounds);
  return rate_of(flops, [&] {
    parallel_for(kBlocks, 1, 1,
                 [&](int64_t begin, int64_t end) { run_multiply_adds(kRounds * (end - begin)); });
  });
}

}  // namespace

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "an unknown processor";
}

Json examined_machine() {
  constexpr int64_t kSide = 1024, kNumbers = int64_t{16} << 20;
  const Cpus cpus = cpus_of_this_process();
  const ContainerLimits limits = container_limits();
  int64_t memory = memory_of_system("MemTotal:"), free = memory_of_system("MemAvailable:");
  if (limits.memory > 0 && limits.memory < memory) {  // of the container
    memory = limits.memory;
    free = std::min(free, limits.memory - limits.used);
  }
  const BlasKernel& kernel = blas_kernel();
  Json variables = Json::object();
  for (const char* name : {"GRADZOO_TARGET", "OMP_NUM_THREADS", "OPENBLAS_CORETYPE"})
    if (const char* const value = std::getenv(name)) variables[name] = value;

  const NoGrad quiet;
  const Ticks before = ticks_so_far();
  const std::string loads = first_line("/proc/loadavg");
  const double load = parse_number<double>(loads.substr(0, loads.find(' '))).value_or(0);
  const Json instructions = rates_of_instructions();
  const Tensor a = full({kSide, kSide}, 0.5), b = full({kSide, kSide}, 0.25);
  const Json products = rate_of(2.0 * kSide * kSide * kSide, [&] { static_cast<void>(matmul(a, b)); });
  const Json convolutions =
      with_one_and_all([] { return convolution_rates(convolution_cases()[2], 0.1).forward; });
  const Tensor x = full({kNumbers}, 0.5), y = full({kNumbers}, 0.25);
  const Json additions = rate_of(3.0 * sizeof(float) * kNumbers, [&] { static_cast<void>(x + y); });
  const Json trip =
      cpus.cores > 1 ? Json(rounded(1e9 * round_trip_seconds(cpus.first, cpus.last), 3)) : Json();
  const Ticks after = ticks_so_far();
  const double ticks = std::max(1.0, after.all - before.all), seconds = after.clock - before.clock,
               busy = (after.busy - before.busy) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return {
      {"processor", processor_name()},
      {"instructions", instruction_set()},
      {"cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
      {"allowed_cpus", cpus.allowed},
      {"cores", cpus.cores},
      {"cpu_quota", limits.cpus > 0 ? Json(rounded(limits.cpus, 5)) : Json()},
      {"threads", num_threads()},
      {"caches", caches_of(cpus.first)},
      {"memory_bytes", memory},
      {"free_memory_bytes", free},
      {"load", load},
      {"others_cpus", rounded(std::max(0.0, (busy - (after.own - before.own)) / seconds), 5)},
      {"stolen_share", rounded((after.stolen - before.stolen) / ticks, 5)},
      {"blas", blas_version()},
      {"blas_kernel", kernel.used},
      {"blas_kernel_chosen_by_openblas", kernel.chosen},
      {"blas_kernel_that_fits", kernel.fitting},
      {"environment", variables},
      {"data", folder([] { return mnist_folder(); }, [](const std::string&) { return ""; })},
      {"cache", folder([] { return user_cache_folder().string(); }, not_writable)},
      {"instructions_gflops", instructions},
      {"products_gflops", products},
      {"convolutions_gflops", convolutions},
      {"memory_gb_per_s", additions},
      {"round_trip_ns", trip},
  };
}

using Json = nlohmann::ordered_json;

double number_at(const Json& machine, const std::string& path) {
  const Json value = machine.value(Json::json_pointer("/" + path), Json());
  return value.is_number() ? value.get<double>() : 0;
}

std::string text_at(const Json& machine, const std::string& path) {
  const Json value = machine.value(Json::json_pointer("/" + path), Json());
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

Json ailments_of(const Json& machine) {
  const auto number = [&](const char* path) { return number_at(machine, path); };
  const auto text = [&](const char* path) { return text_at(machine, path); };
  const std::string held = text("environment/OPENBLAS_CORETYPE"), target = text("environment/GRADZOO_TARGET"),
                    omp = text("environment/OMP_NUM_THREADS"), used = text("blas_kernel"),
                    fitting = text("blas_kernel_that_fits");
  const std::string better = better_blas_kernel(used);
  const double threads = number("threads"), cores = number("cores"), allowed = number("allowed_cpus"),
               quota = number("cpu_quota"), gib = number("free_memory_bytes") / (1 << 30),
               most = number("instructions_gflops/one_thread"), one = number("products_gflops/one_thread"),
               all = number("products_gflops/all"), trip = number("round_trip_ns");
  const struct {
    bool ails;
    std::string what, hint;
  } table[] = {
      {!text("data/problem").empty(), "the bundled data are not found", text("data/problem")},
      {!held.empty() && !better.empty(),
       fmt::format("OPENBLAS_CORETYPE={} restricts products to the kernel {}, but the processor can run {}",
                   held, used, better),
       "unset OPENBLAS_CORETYPE"},
      {used != fitting,
       fmt::format("products run on the kernel {}, but {} fits the processor", used, fitting),
       "set OPENBLAS_CORETYPE=" + fitting},
      {!target.empty() && target != "avx512",
       fmt::format("GRADZOO_TARGET={} restricts kernels to {} instructions", target, text("instructions")),
       "unset GRADZOO_TARGET"},
      {number("stolen_share") > 0.02,
       fmt::format("the host gave {:.0f} % of the CPUs' time to other guests", 100 * number("stolen_share")),
       "measure on another host, or later: times measured now are not reliable"},
      {number("others_cpus") > 0.25,
       fmt::format("other programs keep {:.1f} of {} CPUs busy", number("others_cpus"), text("cpus")),
       "end them, or use fewer threads (--threads)"},
      {quota > 0 && quota < threads,
       fmt::format("the container may use {:.1f} CPUs, but the program uses {} threads", quota, threads),
       fmt::format("set --threads {:.0f}, or raise the quota", std::max(1.0, std::floor(quota)))},
      {!omp.empty() && threads < cores,
       fmt::format("OMP_NUM_THREADS={} leaves {} of {} cores idle", omp, cores - threads, cores),
       "unset OMP_NUM_THREADS"},
      {threads > allowed && allowed > 0, fmt::format("{} threads share {} CPUs", threads, allowed),
       "unset OMP_NUM_THREADS"},
      {one > 0 && one < 0.5 * most,
       fmt::format("products reach {:.0f} of the {:.0f} GFLOP/s that the instructions allow", one, most),
       fmt::format("install a newer OpenBLAS, which may have a kernel for this processor (this one is {})",
                   text("blas"))},
      {threads > 1 && all < 1.3 * one,
       fmt::format("{} threads are {:.2f} times as fast as one", threads, all / one),
       "look at the CPUs above: the threads share one core, or other programs use the cores"},
      {threads > 1 && trip > 300,
       fmt::format("a memory word takes {:.0f} ns from one core to another and back: the cores are far apart",
                   trip),
       "try --threads 1 for small models; on a shared host, try again later"},
      {gib > 0 && gib < 1.5, fmt::format("only {:.1f} GiB of memory are free", gib),
       "training takes up to 1 GiB: end other programs, or take a smaller batch"},
      {!text("cache/problem").empty(), "the cached clothing classifier has no folder", text("cache/problem")},
  };
  Json found = Json::array();
  for (const auto& row : table)
    if (row.ails) found.push_back({{"what", row.what}, {"hint", row.hint}});
  return found;
}

}  // namespace gradzoo
