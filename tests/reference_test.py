#!/usr/bin/env python3
"""tests/reference_test.py SOURCE_DIR: every public name has its comment, and one without is refused by its name.

Ends with 77, which ctest takes for skipped, where there is no doxygen.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "tools" / "reference_files"))

import house_comments
import pages

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def reference(*arguments):
    return subprocess.run([str(ROOT / "tools" / "reference"), *map(str, arguments)], capture_output=True, text=True)


def comments(text):
    """{declaration: its comment}, as Doxygen is told them."""
    found = re.findall(r"/\*\* \\verbatim (.*?) \\endverbatim \*/ ([^/]*)", house_comments.filtered(text))
    return {re.split(r"[;{}=,]", declaration)[0].strip(): comment for comment, declaration in found}


def test_which_comment_belongs_to_what():
    found = comments("""
/// The file's.
namespace a {

/// Twice f.
int f(int x);
int f(double x);
int g(int x);

// Both.
int h();
int i();  // its own
int j();

/// One line.
enum class E { one, two };
struct S {
  int a, b;  // either
  double c = 0;  // longer than a line,
                 // and goes on
  // Above.
  std::vector<std::pair<int, int>> d{{1, 2}};
  S(const S&) = delete;
  int k() const { return a; }  // a's
  void l() override { /* nothing */ }
};
inline int S::m() { return 0; }  // not here

}  // namespace a
""")
    expected = {"int f(int x)": "Twice f.", "int f(double x)": "Twice f.", "int h()": "Both.", "int i()": "its own",
                "int j()": "Both.", "enum class E": "One line.", "one": "One line.", "two": "One line.",
                "int a": "either", "int b": "either", "double c": "longer than a line, and goes on",
                "std::vector<std::pair<int": "Above.", "int k() const": "a's"}
    check(found == expected, f"comments belong elsewhere: {sorted(set(found.items()) ^ set(expected.items()))}")


def test_lines_keep_their_numbers():
    for path in (ROOT / "autograd").rglob("*.h"):
        text = path.read_text()
        old, new = text.split("\n"), house_comments.filtered(text).split("\n")
        moved = [n for n, line in enumerate(old) if line.startswith(("class ", "struct ", "#include", "}")) and
                 re.sub(r"\s*//.*", "", line) not in new[n]]
        check("fmt::formatter" in text or not moved, f"{path}: lines moved: {moved[:3]}")


def test_a_name_without_a_comment_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path in [ROOT / "gradzoo.h", *(each for floor in pages.FLOORS for each in (ROOT / floor).rglob("*.h"))]:
            place = root / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)

        def change(path, pattern, new):
            text, count = re.subn(pattern, new, (root / path).read_text(), flags=re.MULTILINE)
            check(count == 1, f"{path} has {pattern} {count} times")
            (root / path).write_text(text)

        change("autograd/grad.h", r"(^///.*\n)+(?=Tensors grad\()", "")  # a function and its overloads
        change("nn/learn/optim.h", r"(double beta1 = 0.9;).*", r"\1")  # a field
        change("samplers/chains.h", r"^/// .*\n(?=struct ChainResult)", "")  # a struct
        change("base/text.h", r"\n}  // namespace gradzoo\n", "\nint nameless(int x);\n\n}  // namespace gradzoo\n")
        ran = reference("--root", root, "--check")
        check(ran.returncode != 0, "names without comments are let through")
        told = {re.sub(r"^(\S+?):\d+: (?:Member |Compound )?(?:gradzoo::)?(\w+).*", r"\1 \2", line)
                for line in ran.stderr.splitlines() if "is not documented" in line}
        expected = {"autograd/grad.h grad", "nn/learn/optim.h beta1", "samplers/chains.h ChainResult",
                    "base/text.h nameless"}
        check(told == expected, f"told: {sorted(told)}")


def test_pages():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "reference"
        ran = reference(out)
        check(ran.returncode == 0, ran.stderr)
        if ran.returncode:
            return
        texts = {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.md")}
        for place, heading in [("autograd/ops.md", "## logsumexp"), ("autograd/tensor.md", "## Tensor"),
                               ("autograd/grad.md", "## grad"), ("nn/learn/optim.md", "## Adam"),
                               ("autograd/tensor.md", "### Tensor::zero_grad")]:
            check(f"\n{heading}\n" in texts.get(place, ""), f"{place} has no {heading}")
        check("#include <gradzoo/autograd/ops.h>" in texts["autograd/ops.md"], "no include line")
        check("Tensor logsumexp(const Tensor& x, int axis, bool keepdim = false);" in texts["autograd/ops.md"],
              "no signature with its default")
        anchors = {}
        for place, text in texts.items():
            page = pages.Page(place, "", [])
            code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
            anchors[place] = {page.anchor(heading) for heading in re.findall(r"^#+ (.*)$", code, re.MULTILINE)}
        for place, text in texts.items():
            for target in re.findall(r"\]\(([^()\s]+)\)", text):
                path, _, anchor = target.partition("#")
                there = place
                if path:
                    there = str((out / place).parent.joinpath(path).resolve().relative_to(out.resolve()))
                check(there in anchors and (not anchor or anchor in anchors[there]), f"{place} links to {target}")


if not shutil.which("doxygen"):
    print("skipped: doxygen is not installed")
    sys.exit(77)
for name, test in list(globals().items()):
    if name.startswith("test_"):
        test()
for failure in failures:
    print(f"failed: {failure}")
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
