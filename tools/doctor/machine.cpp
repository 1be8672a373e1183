#include "tools/doctor/machine.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include "autograd/kernels/pointwise/peak.h"
#include "autograd/kernels/threads/parallel.h"
#include "base/container.h"
#include "base/error.h"
#include "base/folders.h"
#include "datasets/images/mnist.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

int64_t number_or_0(const std::string& text) { return std::atoll(text.c_str()); }

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<int> cpus_allowed() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> cpus;
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<size_t>(cpu), &allowed)) cpus.push_back(cpu);
  }
  return cpus;
}

std::string cpu_folder(int cpu) { return fmt::format("/sys/devices/system/cpu/cpu{}/", cpu); }

int cores_among(const std::vector<int>& cpus) {
  std::set<std::string> siblings;
  for (const int cpu : cpus) siblings.insert(first_line(cpu_folder(cpu) + "topology/thread_siblings_list"));
  return siblings.contains("") ? static_cast<int>(cpus.size()) : static_cast<int>(siblings.size());
}

// "48K", "32768K" or "1M".
int64_t bytes_in(const std::string& text) {
  const int64_t number = number_or_0(text);
  if (text.ends_with('K')) return number << 10;
  return text.ends_with('M') ? number << 20 : number;
}

std::vector<Cache> caches_of(int cpu) {
  std::vector<Cache> caches;
  for (int index = 0; index < 8; ++index) {
    const std::string folder = fmt::format("{}cache/index{}/", cpu_folder(cpu), index);
    const std::string type = first_line(folder + "type");
    if (type.empty() || type == "Instruction") continue;
    const std::string map = first_line(folder + "shared_cpu_map");  // hexadecimal, with commas
    int sharing = 0;
    for (const char digit : map)
      for (int bits = digit == ',' ? 0 : std::stoi(std::string(1, digit), nullptr, 16); bits != 0; bits /= 2)
        sharing += bits % 2;
    caches.push_back({static_cast<int>(number_or_0(first_line(folder + "level"))),
                      bytes_in(first_line(folder + "size")), sharing});
  }
  return caches;
}

// Of the system, or of the container where its limit is lower.
void read_memory(Machine& machine, const ContainerLimits& limits) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    const int64_t bytes = number_or_0(line.substr(line.find(':') + 1)) << 10;
    if (line.starts_with("MemTotal:")) machine.memory = bytes;
    if (line.starts_with("MemAvailable:")) machine.free_memory = bytes;
  }
  if (limits.memory == 0 || limits.memory >= machine.memory) return;
  machine.memory = limits.memory;
  machine.free_memory = std::min(machine.free_memory, limits.memory - limits.used);
}

Folder data_folder() {
  try {
    return {mnist_folder(), ""};
  } catch (const Error& error) {
    return {"", error.what()};
  }
}

// Whether files could be made in it, or in the nearest folder above that there is.
Folder writable_folder() {
  const fs::path folder = user_cache_folder();
  if (folder.empty()) return {"", "there is no place for what is kept. Hint: set HOME or XDG_CACHE_HOME"};
  fs::path there = folder;
  while (!fs::exists(there) && there.has_relative_path()) there = there.parent_path();
  const bool writable = ::access(there.c_str(), W_OK | X_OK) == 0;
  return {folder.string(), writable ? "" : fmt::format("{} cannot be written to", there.string())};
}

}  // namespace

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "an unknown processor";
}

Machine read_machine() {
  const std::vector<int> cpus = cpus_allowed();
  Machine machine;
  machine.processor = processor_name();
  machine.instructions = kernels::instruction_set();
  machine.gradzoo_target = variable("GRADZOO_TARGET");
  machine.cpus = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  machine.allowed_cpus = static_cast<int>(cpus.size());
  machine.cores = cores_among(cpus);
  const ContainerLimits limits = container_limits();
  machine.cpu_quota = limits.cpus;
  machine.threads = kernels::threads();
  machine.omp_num_threads = variable("OMP_NUM_THREADS");
  if (!cpus.empty()) machine.caches = caches_of(cpus.front());
  machine.blas = kernels::blas_version();
  machine.kernel = kernels::blas_kernel();
  machine.openblas_coretype = variable("OPENBLAS_CORETYPE");
  machine.load = std::atof(first_line("/proc/loadavg").c_str());
  machine.data = data_folder();
  machine.cache = writable_folder();
  read_memory(machine, limits);
  return machine;
}

CpuTicks read_cpu_ticks() {
  // proc(5): cpu user nice system idle iowait irq softirq steal ...
  std::istringstream line(first_line("/proc/stat"));
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, stolen = 0;
  if (!(line >> name >> user >> nice >> system >> idle >> wait >> irq >> soft >> stolen)) return {};
  const double busy = user + nice + system + irq + soft;
  return {busy + idle + wait + stolen, busy, stolen};
}

}  // namespace gradzoo
