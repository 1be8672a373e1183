#!/usr/bin/env bash
# tools/deps on systems without apt: it prints the command of whoever installs there, marked as untried, and goes on.
# deps_test.sh SOURCE_DIR
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in awk bash env grep paste sed uname; do ln -s "$(command -v "$program")" "$work/"; done

# said INSTALLER: what it says where that is what installs
said() {
  printf '#!/bin/sh\n' > "$work/$1"
  chmod +x "$work/$1"
  PATH=$work "$source_dir/tools/deps" 2>&1
  rm "$work/$1"
}
source_dir=$1
expect() { grep -q -- "$2" <<< "$1" || { echo "tools/deps says '$1', without '$2'" >&2; exit 1; }; }

fedora=$(said dnf)
expect "$fedora" '^  sudo dnf install gcc-c++ cmake make openblas-devel fmt-devel .*doctest-devel$'
expect "$fedora" 'nobody has tried'
arch=$(said pacman)
expect "$arch" '^  sudo pacman -S --needed gcc cmake make openblas fmt '
expect "$arch" 'from elsewhere (.*librandom123-dev'
expect "$(said brew)" '^  brew install cmake openblas fmt nlohmann-json '
expect "$(said nothing)" 'No apt here. .*libopenblas-dev .*doctest-dev'
# Each library of Debian's has a name, or "-", in every column.
[ "$(PATH=$work "$source_dir/tools/deps" names | grep -c -e -dev)" -eq 14 ] || { echo "libraries are missing" >&2; exit 1; }
