#!/usr/bin/env bash
# tools/release --same names the files that differ between two releases, and nothing where none does.
set -euo pipefail
release=$(dirname "$(realpath "$0")")/../tools/release
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
fail() { echo "release: $1" >&2; exit 1; }

mkdir "$work/one"
for name in a.deb b.tar.gz SHA256SUMS; do echo "$name" > "$work/one/$name"; done
cp -r "$work/one" "$work/two"
[ -z "$("$release" --same "$work/one" "$work/two")" ] || fail "two equal releases differ"
echo other > "$work/two/b.tar.gz"
echo more > "$work/two/c.html"
if said=$("$release" --same "$work/one" "$work/two"); then fail "a difference is no failure"; fi
[ "$said" = $'b.tar.gz differs\nc.html differs' ] || fail "of b.tar.gz and c.html it says: $said"
if "$release" --nothing 2> "$work/told"; then fail "an unknown option is taken"; fi
grep -q 'tools/release --same A B' "$work/told" || fail "an unknown option gets no help"
