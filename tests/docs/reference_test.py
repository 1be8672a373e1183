#!/usr/bin/env python3
"""reference_test.py SOURCE_DIR: every public name has its comment, and one without is refused by its name.

Ends with 77, which ctest takes for skipped, where there is no doxygen.
"""
import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
FLOORS = ["base", "autograd", "explain", "state", "nn", "samplers", "datasets", "models"]
if not shutil.which("doxygen"):
    print("skipped: doxygen is not installed")
    sys.exit(77)

# What is taken away, or put in, and what must be told of it.
PLANTED = [("autograd/grad.h", r"(^ *///.*\n)+(?=Tensors grad\()", "", "grad("),  # a function and its overloads
           ("nn/learn/optim.h", r"(double beta1 = 0.9;).*", r"\1", "beta1"),  # a field
           ("autograd/linalg.h", r"^ *///@\{\n", "", "("),  # a group of overloads
           ("samplers/chains.h", r"^/// .*\n(?=struct ChainResult)", "", "ChainResult"),
           ("base/text.h", r"\n}  // namespace gradzoo\n", r"\nint nameless(int x);\n\g<0>", "nameless(")]


def reference(root, *arguments):
    return subprocess.run([str(root / "tools/reference"), *map(str, arguments)], capture_output=True, text=True)


with tempfile.TemporaryDirectory() as folder:
    out = Path(folder) / "pages"
    ran = reference(ROOT, out)
    assert ran.returncode == 0, ran.stderr
    page = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", (out / "ops_8h.html").read_text())).split())
    for words in ("logsumexp", "bool keepdim"):
        assert words in page, f"the page of ops.h does not have {words}"
    copy = Path(folder) / "planted"
    for name in ("gradzoo.h", "cmake/public_headers.cmake", "tools/docs", "tools/reference"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, copy / floor, ignore=lambda at, names: [
            name for name in names if not name.endswith(".h") and not (Path(at) / name).is_dir()])
    subprocess.run(["chmod", "-R", "u+w", copy], check=True)  # which the source need not be
    for path, pattern, new, _ in PLANTED:
        text, count = re.subn(pattern, new, (copy / path).read_text(), count=1, flags=re.MULTILINE)
        assert count, f"{path} has no {pattern}"
        (copy / path).write_text(text)
    ran = reference(copy, "--check")
    told = [line for line in ran.stderr.split("\n") if "is not documented" in line]
    assert ran.returncode, "names without comments are let through"
    for path, _, _, name in PLANTED:
        assert any(line.startswith(path) and name in line for line in told), f"{name} of {path}: not told in {told}"
    strays = [line for line in told if not any(line.startswith(path) for path, *_ in PLANTED)]
    assert not strays, strays
