#!/usr/bin/env bash
# After the quickstart's trainings, git sees no new file in a fresh clone, and runs/ holds run directories only.
# quickstart_test.sh SOURCE_DIR GRADZOO
set -euo pipefail
git -C "$1" rev-parse 2> /dev/null || { echo "left out: no git checkout" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --quiet "$1" "$work/clone"
cd "$work/clone"
cp "$1/tools/quickstart" "$1/.gitignore" .  # as they are, committed or not
git -c user.name=t -c user.email=t@t commit --quiet --all --message=now || true
mkdir -p build/release
ln -s "$2" build/release/gradzoo
lines=$(sed -n '/^build\/release\/gradzoo train/,/^build\/release\/gradzoo zoo/p' quickstart)
[ "$(wc -l <<< "$lines")" -ge 3 ] || { echo "the quickstart's lines are not where this test looks" >&2; exit 1; }
rm quickstart
bash -euc "${lines/--epochs 10/--steps 2}" > log || { cat log >&2; exit 1; }
rm log
[ -z "$(git status --short)" ] || { git status --short >&2; exit 1; }
for entry in runs/*; do [ -f "$entry/config.toml" ] || { echo "$entry is not a run" >&2; exit 1; }; done
[ -f runs/vae-1/zoo.png ]
