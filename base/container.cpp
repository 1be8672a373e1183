#include "gradzoo/base/container.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <vector>

#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kNoLimit = int64_t{1} << 60;  // version 1 writes a number near 2^63

std::vector<std::string> words_in(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Returns the first number of a file, or nothing if there is no file or it contains "max".
std::optional<int64_t> number_in(const fs::path& file) {
  const std::vector<std::string> words = words_in(file);
  return words.empty() ? std::nullopt : parse_number<int64_t>(words[0]);
}

void take_cpus(ContainerLimits& limits, std::optional<int64_t> quota, std::optional<int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return;
  const double cpus = static_cast<double>(*quota) / static_cast<double>(*period);
  if (limits.cpus == 0 || cpus < limits.cpus) limits.cpus = cpus;
}

void take_memory(ContainerLimits& limits, std::optional<int64_t> most, std::optional<int64_t> used) {
  if (!most || *most <= 0 || *most >= kNoLimit || (limits.memory > 0 && *most >= limits.memory)) return;
  limits.memory = *most;
  limits.used = used.value_or(0);
}

void read_version_2(ContainerLimits& limits, const fs::path& group) {
  if (const std::vector<std::string> cpu = words_in(group / "cpu.max"); cpu.size() == 2)
    take_cpus(limits, parse_number<int64_t>(cpu[0]), parse_number<int64_t>(cpu[1]));
  take_memory(limits, number_in(group / "memory.max"), number_in(group / "memory.current"));
}

void read_cpu_of_version_1(ContainerLimits& limits, const fs::path& group) {
  take_cpus(limits, number_in(group / "cpu.cfs_quota_us"), number_in(group / "cpu.cfs_period_us"));
}

void read_memory_of_version_1(ContainerLimits& limits, const fs::path& group) {
  take_memory(limits, number_in(group / "memory.limit_in_bytes"), number_in(group / "memory.usage_in_bytes"));
}

// Visits the group and the groups above it, up to the mount point. A container may see its own group at the
// mount point, under a path that does not exist there.
void for_groups(const fs::path& mounted, std::string path, const std::function<void(const fs::path&)>& read) {
  if (!path.starts_with('/') || path.find("..") != std::string::npos) path.clear();
  for (; path.size() > 1; path.resize(path.rfind('/'))) read(fs::path(mounted.string() + path));
  read(mounted);
}

}  // namespace

ContainerLimits container_limits(const std::string& root) {
  ContainerLimits limits;
  const fs::path mounts = root + "/sys/fs/cgroup";
  std::ifstream in(root + "/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {  // 0::/a/b of version 2, 3:cpu,cpuacct:/a/b of 1
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1),
                      path = line.substr(second + 1);
    if (controllers.empty())
      for_groups(mounts, path, [&](const fs::path& at) { read_version_2(limits, at); });
    std::istringstream names(controllers);
    for (std::string name; std::getline(names, name, ',');) {
      if (name == "cpu")
        for_groups(mounts / name, path, [&](const fs::path& at) { read_cpu_of_version_1(limits, at); });
      if (name == "memory")
        for_groups(mounts / name, path, [&](const fs::path& at) { read_memory_of_version_1(limits, at); });
    }
  }
  return limits;
}

}  // namespace gradzoo
