#include "gradzoo/base/container.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "support/scratch.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// The files of a machine whose processes are in groups.
struct Machine {
  ScratchDirectory scratch;

  explicit Machine(const std::string& groups) { put("proc/self/cgroup", groups); }
  void put(const std::string& file, const std::string& text) const {
    const std::filesystem::path path = scratch.file(file);
    std::filesystem::create_directories(path.parent_path());
    write_file(path.string(), text);
  }
  ContainerLimits limits() const { return container_limits(scratch.file("")); }
};

TEST_CASE("the limits of a group are the least of its own and of those above") {
  const Machine machine("0::/user.slice/session.scope\n");
  machine.put("sys/fs/cgroup/user.slice/session.scope/cpu.max", "max 100000\n");
  machine.put("sys/fs/cgroup/user.slice/session.scope/memory.max", "4000000000\n");
  machine.put("sys/fs/cgroup/user.slice/session.scope/memory.current", "7\n");
  CHECK(machine.limits().cpus == 0);
  CHECK(machine.limits().memory == 4'000'000'000);
  CHECK(machine.limits().used == 7);
  machine.put("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  machine.put("sys/fs/cgroup/user.slice/memory.max", "2000000000\n");
  machine.put("sys/fs/cgroup/user.slice/memory.current", "900\n");
  CHECK(machine.limits().cpus == 1.5);
  CHECK(machine.limits().memory == 2'000'000'000);
  CHECK(machine.limits().used == 900);
  machine.put("sys/fs/cgroup/user.slice/session.scope/cpu.max", "50000 100000\n");
  CHECK(machine.limits().cpus == 0.5);
}

TEST_CASE("groups of version 1 are read where they are mounted") {
  const Machine machine("5:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n");
  machine.put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "200000\n");
  machine.put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us", "100000\n");
  machine.put("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1000000\n");
  machine.put("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "1000\n");
  machine.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  CHECK(machine.limits().cpus == 2);
  CHECK(machine.limits().memory == 1'000'000);
  CHECK(machine.limits().used == 1'000);
}

TEST_CASE("a container that sees its group as the uppermost finds its limits there") {
  for (const char* const groups : {"0::/\n", "0::/../../pod\n", "0::/kubepods/abc\n", "0::pod\n"}) {
    const Machine machine(groups);
    machine.put("sys/fs/cgroup/cpu.max", "300000 100000\n");
    CHECK(machine.limits().cpus == 3);
  }
  const Machine old("3:cpu,cpuacct:/docker/abc\n");
  old.put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n");
  old.put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "50000\n");
  CHECK(old.limits().cpus == 2);
}

TEST_CASE("without groups, or with files that say nothing, there is no limit") {
  CHECK(Machine("").limits().cpus == 0);
  const Machine machine("0::/a\nnonsense\n3:cpu:/a\n");
  machine.put("sys/fs/cgroup/a/cpu.max", "lots\n");
  machine.put("sys/fs/cgroup/a/memory.max", "max\n");
  machine.put("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n");
  machine.put("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  CHECK(machine.limits().cpus == 0);
  CHECK(machine.limits().memory == 0);
}

}  // namespace
