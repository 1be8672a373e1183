#!/usr/bin/env bash
# The Debian package from end to end: made, judged by lintian, built against, installed into a clean system, used and
# removed there.  package_test.sh BINARY_DIR; 77 where it cannot be done (no root, no tools, no package archive).
set -euo pipefail
binary=$(realpath "$1")

leave_out() { echo "left out: $1"; exit 77; }
fail() { echo "package: $1" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || leave_out "a clean system is made by root"
grep -q '^GRADZOO_SHARED:BOOL=ON' "$binary/CMakeCache.txt" || leave_out "a build without libgradzoo.so"
for tool in cpack dpkg-shlibdeps lintian mmdebstrap pkg-config python3; do
  command -v "$tool" > /dev/null || leave_out "no $tool"
done

work=$(mktemp -d)
trap 'wait; rm -rf "$work"' EXIT
cd "$work"

echo "== a clean system is begun"
. /etc/os-release
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources > sources 2> /dev/null || true
mmdebstrap --quiet --mode=root --variant=apt --skip=cleanup/apt "$VERSION_CODENAME" clean - < sources > mmdebstrap.log 2>&1 &
clean_system=$!

echo "== cpack"
mkdir packages
cpack --config "$binary/CPackConfig.cmake" -G DEB -B packages > cpack.log 2>&1 || { cat cpack.log; fail "cpack failed"; }
package=$(ls "$work"/packages/gradzoo_*.deb)
version=$(dpkg-deb --field "$package" Version)

module=$(ls "$work"/packages/python3-gradzoo_*.deb 2> /dev/null || true)  # where the build has it
lintian --fail-on error --allow-root "$package" ${module:+"$module"} > lintian.log 2>&1 &
lintian=$!

echo "== what it holds"
dpkg-deb --fsys-tarfile "$package" | tar --list > files
for path in usr/bin/gradzoo usr/libexec/gradzoo/gradzoo-lab usr/lib/libgradzoo.so usr/include/gradzoo.h \
  usr/lib/cmake/gradzoo/gradzoo-config.cmake usr/lib/pkgconfig/gradzoo.pc usr/share/man/man1/gradzoo-train.1.gz \
  usr/share/bash-completion/completions/gradzoo usr/share/zsh/vendor-completions/_gradzoo \
  usr/share/gradzoo/datasets/mnist/train-images-idx3-ubyte.gz usr/share/gradzoo/zoo/vae/weights.safetensors \
  usr/share/doc/gradzoo/README.md usr/share/doc/gradzoo/docs/images/zoo.png usr/share/doc/gradzoo/docs/engine.md \
  usr/share/doc/gradzoo/copyright usr/share/doc/gradzoo/changelog.gz; do
  grep -qx "./$path" files || fail "$path is not in the package"
done
mkdir root_of_package
dpkg-deb --extract "$package" root_of_package
for part in gradzoo MNIST CLI11 nlohmann "Random123\|D. E. Shaw" stb Highway; do  # what is bundled or compiled in
  grep -qi "$part" root_of_package/usr/share/doc/gradzoo/NOTICES || fail "NOTICES has nothing about $part"
done
[ -z "$module" ] || dpkg-deb --extract "$module" root_of_package

echo "== no path of this machine in it"
source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$binary/CMakeCache.txt")
! grep -rlF "$source/" root_of_package || fail "a file of the package names the source tree"

echo "== links of the installed documentation"
python3 - root_of_package/usr/share/doc/gradzoo << 'PYTHON' || fail "a link of the installed documentation is dead"
import pathlib, re, sys
root = pathlib.Path(sys.argv[1]).resolve()
dead = checked = 0
for page in root.rglob("*.md"):
    text = re.sub(r"^ *```.*?^ *```|`[^`\n]*`", "", page.read_text(), flags=re.S | re.M)
    for link in re.findall(r"\]\(([^()#\s]+)", text):
        if re.match(r"[a-z]+:", link): continue
        checked += 1
        if not (page.parent / link).exists():
            dead += 1
            print(f"{page.relative_to(root)}: {link}", file=sys.stderr)
print(checked, "links")
sys.exit(dead > 0 or checked < 100)
PYTHON

echo "== a program by pkg-config"
cat > own.cpp << 'CPP'
#include <cstdio>
#include <gradzoo.h>
#include <gradzoo/datasets/registry.h>
using namespace gradzoo;
int main() {
  std::printf("%s\n", mnist_folder().c_str());
  Tensor x = full({1}, 3.0, DType::f64).requires_grad_();
  Tape tape;
  const Tensor slope = grad(sum(mul(x, mul(x, x))), x, {.create_graph = true});
  std::printf("%g %g\n", slope.item(), grad(sum(slope), x).item());
}
CPP
# Unpacked outside the folders of the system, the library is named to the loader.
export PKG_CONFIG_PATH=$work/root_of_package/usr/lib/pkgconfig LD_LIBRARY_PATH=$work/root_of_package/usr/lib
# shellcheck disable=SC2046  # its words are arguments
c++ own.cpp -o own $(pkg-config --cflags --libs gradzoo)
own=$(./own)
[ "$(tail -n 1 <<< "$own")" = "27 18" ] || fail "x^3 at 3 has the slopes $own, and not 27 18"
[ "$(head -n 1 <<< "$own")" = "$work/root_of_package/usr/share/gradzoo/datasets/mnist" ] ||
  fail "a program of one's own finds the data of this library at $own"
[ "$(pkg-config --modversion gradzoo)" = "$version" ] || fail "gradzoo.pc is of another version"

echo "== the clean system"
wait "$clean_system" || { tail -n 5 mmdebstrap.log; leave_out "no package archive answers"; }
in_clean() { chroot clean env -i ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }
mount --bind /proc clean/proc 2> /dev/null || leave_out "nothing can be mounted here"
trap 'wait; umount "$work/clean/proc"; rm -rf "$work"' EXIT
# How packages are had here, they are had there.
cp -r /etc/apt/apt.conf.d clean/etc/apt/ 2> /dev/null || true
[ ! -e /etc/resolv.conf ] || cp /etc/resolv.conf clean/etc/resolv.conf
cp "$package" clean/tmp/gradzoo.deb
chroot clean find / -xdev -not -path '/proc*' -not -path '/tmp*' | sort > before
in_clean apt-get install -y -q --no-install-recommends /tmp/gradzoo.deb > install.log 2>&1 || { tail -n 20 install.log; fail "apt-get install failed"; }

echo "== used there"
[ "$(in_clean gradzoo --version)" = "gradzoo $version" ] || fail "gradzoo --version is another"
in_clean sh -c 'cd /root && gradzoo train vae --steps 3 --out run && gradzoo sample zoo/flow-matching -n 4 --out four.png &&
  gradzoo explain --expr "x^3" --at x=3 --order 2 && gradzoo data check' > used.log 2>&1 || { tail -n 20 used.log; fail "it does not work there"; }
grep -q "^f_xx = 18" used.log || fail "x^3 at 3 has another second derivative there"
[ -s clean/root/four.png ] && [ -s clean/root/run/report.html ] || fail "no picture or no report was written"

if [ -n "$module" ]; then
  echo "== Python there"
  cp "$module" clean/tmp/python3-gradzoo.deb
  in_clean apt-get install -y -q --no-install-recommends /tmp/python3-gradzoo.deb > module.log 2>&1 || { tail -n 20 module.log; fail "python3-gradzoo cannot be installed"; }
  found=$(in_clean python3 -c 'import gradzoo as gz
x = gz.tensor(3.0, requires_grad=True)
with gz.Tape():
    slope = gz.grad(x * x * x, x, create_graph=True)
    print(gz.grad(slope, x).item(), gz.open("zoo/vae").sample(4).shape)')
  [ "$found" = "18.0 (4, 28, 28)" ] || fail "import gradzoo: $found, and not 18.0 (4, 28, 28)"
fi

echo "== removed"
in_clean apt-get purge -y -q gradzoo ${module:+python3-gradzoo} > purge.log 2>&1 || { tail -n 20 purge.log; fail "apt-get purge failed"; }
chroot clean find / -xdev -not -path '/proc*' -not -path '/tmp*' | sort > after
left=$(comm -13 before after | grep -i gradzoo | grep -v '^/root' || true)
[ -z "$left" ] || fail "purge leaves: $left"

echo "== lintian"
wait "$lintian" || { cat lintian.log; fail "lintian found errors"; }
grep '^[EW]:' lintian.log || true
echo "package: $(basename "$package"), $(($(stat -c %s "$package") / 1000000)) MB, installed, used and removed"
