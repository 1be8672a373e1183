#!/usr/bin/env bash
# tools/jobs on machines of this test's own: as many compilers as there are processors, and as fit into the memory.
# jobs_test.sh SOURCE_DIR
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source_dir=$1
unset CMAKE_BUILD_PARALLEL_LEVEL
mkdir "$work/bin"
printf '#!/bin/sh\necho "${OMP_NUM_THREADS:-16}"\n' > "$work/bin/nproc"
chmod +x "$work/bin/nproc"
export PATH=$work/bin:$PATH

# machine FREE [GROUPS]: a system with so many GB of free memory, whose processes are in these control groups
machine() {
  rm -rf "$work/root"
  mkdir -p "$work/root/proc/self"
  printf 'MemTotal: 99999999 kB\nMemFree: 1 kB\nMemAvailable: %d kB\n' "$(($1 << 20))" > "$work/root/proc/meminfo"
  printf '%b' "${2:-}" > "$work/root/proc/self/cgroup"
}
# put FILE TEXT: below sys/fs/cgroup
put() { mkdir -p "$(dirname "$work/root/sys/fs/cgroup/$1")" && echo "$2" > "$work/root/sys/fs/cgroup/$1"; }
# expect JOBS: what is printed, and what is said of it in one line
expect() {
  local jobs
  jobs=$("$source_dir/tools/jobs" "$work/root" 2> "$work/said")
  if [ "$jobs" != "$1" ] || [ "$(cat "$work/said")" != "$2" ]; then
    echo "tools/jobs prints $jobs, and says '$(cat "$work/said")'. Expected: $1, '$2'" >&2
    exit 1
  fi
}

machine 64
expect 16 'Compilers at once: 16 (16 processors, 64.0 GB of free memory, 0.8 GB per compiler)'
OMP_NUM_THREADS=1 expect 16 'Compilers at once: 16 (16 processors, 64.0 GB of free memory, 0.8 GB per compiler)'
machine 6
expect 7 'Compilers at once: 7 (16 processors, 6.0 GB of free memory, 0.8 GB per compiler)'
CMAKE_BUILD_PARALLEL_LEVEL=12 expect 12 ''
machine 0
expect 1 'Compilers at once: 1 (16 processors, 0.0 GB of free memory, 0.8 GB per compiler)'
rm "$work/root/proc/meminfo"
expect 16 'Compilers at once: 16 (16 processors)'

# The least limit counts, of the process's group and of those above it; version 1 writes a huge number for none.
machine 64 '5:cpu,cpuacct:/x\n0::/user/session\n'
put user/session/memory.max max
put user/memory.max $((4 << 30))
put memory.max $((8 << 30))
expect 5 'Compilers at once: 5 (16 processors, 4.0 GB of free memory, 0.8 GB per compiler)'
machine 2 '0::/\n'
put memory.max $((3 << 30))
expect 2 'Compilers at once: 2 (16 processors, 2.0 GB of free memory, 0.8 GB per compiler)'
machine 64 '4:name=systemd:/\n3:memory:/docker/abc\n'
put memory/memory.limit_in_bytes $((5 << 29))
put memory/docker/memory.limit_in_bytes 9223372036854771712
put memory/docker/abc/memory.limit_in_bytes 18446744073709547520
expect 3 'Compilers at once: 3 (16 processors, 2.5 GB of free memory, 0.8 GB per compiler)'

# Without nproc, as on a Mac.
printf '#!/bin/sh\nexit 1\n' > "$work/bin/nproc"
rm -r "$work/root/proc"
processors=$(getconf _NPROCESSORS_ONLN)
expect "$processors" "Compilers at once: $processors ($processors processors)"

# All that build here ask it.
if grep -nE 'nproc|NPROCESSORS' "$source_dir"/{tools/{quickstart,test,machines,playground/build},.ci/run,tests/fuzz/run}; then exit 1; fi
