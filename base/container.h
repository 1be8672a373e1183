#pragma once

#include <cstdint>
#include <string>

namespace gradzoo {

/// What a container (a control group of Linux, version 1 or 2) leaves to this process: the least of its group
/// and those above. 0 where there is no limit.
struct ContainerLimits {
  double cpus = 0;     ///< CPUs' time that the quota grants
  int64_t memory = 0;  ///< bytes
  int64_t used = 0;    ///< bytes that the group with that limit has in use
};

/// Reads /proc/self/cgroup and /sys/fs/cgroup, below `root`: of a test's own files.
ContainerLimits container_limits(const std::string& root = "");

}  // namespace gradzoo
