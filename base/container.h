#pragma once

#include <cstdint>
#include <string>

namespace gradzoo {

/// The limits that a container (a Linux control group, version 1 or 2) sets for this process: the smallest
/// limit of its group and the groups above. 0 means no limit.
struct ContainerLimits {
  double cpus = 0;     ///< CPUs that the quota grants
  int64_t memory = 0;  ///< memory limit in bytes
  int64_t used = 0;    ///< memory in use, in bytes, by the group with that limit
};

/// Reads the limits from /proc/self/cgroup and /sys/fs/cgroup below `root`, a folder of a test's own files.
ContainerLimits container_limits(const std::string& root = "");

}  // namespace gradzoo
