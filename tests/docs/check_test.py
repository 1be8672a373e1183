#!/usr/bin/env python3
"""tools/check_docs tells every error that is planted in a page, and finds nothing in a page that is right."""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

RIGHT = """# A page

See [below](#the-end), [its code](code.h#L2) and ![nothing](code.h). `gradzoo train vae --help` lists `--set net=conv`.

<!-- run: with const Tensor x = ones({2, 3}); -->
<!-- run: then CHECK(y.item() == 6); -->
```cpp
const Tensor y = sum(x);
```

Its [code](code.h):

```cpp
int one();
...
int three();
```

    $ gradzoo explain --expr 'x*y' --at x=2,y=3
    f = x*y
    ...
    f_y = 2

<!-- run: masked: seconds hang on the machine -->

    $ gradzoo gradcheck exp
    ...

## The end
"""

# What is planted, in place of what, and what the checker must say.
PLANTED = [
    ("wrong output", "f_y = 2", "f_y = 3", "f_y = 3"),
    ("an unknown option", "train vae --help", "train vae --helpp --out x", "--helpp"),
    ("an unknown setting", "--set net=conv", "--set nets=conv", "no setting nets"),
    ("a value that is none", "--set net=conv", "--set net=convolved", "net is never convolved"),
    ("a broken link", "[below](#the-end)", "[below](gone.md)", "link gone.md: came no such file"),
    ("a broken anchor", "#the-end", "#the-ending", "link #the-ending: came no such heading"),
    ("a line that is not there", "code.h#L2", "code.h#L9", "the file has 4 lines"),
    ("C++ that does not compile", "const Tensor y = sum(x);", "const Tensor y = summ(x);", "summ"),
    ("C++ that throws", "const Tensor y = sum(x);", "const Tensor y = sum(reshape(x, {7}));", "ended with 1: reshape"),
    ("C++ with a wrong result", "const Tensor y = sum(x);", "const Tensor y = sum(x) + 1.0;", "not so: y.item() == 6"),
    ("a stale excerpt", "int three();", "int four();", "C++"),
    ("a stale excerpt of a named file", "Its [code](code.h):\n", "<!-- run: from code.h -->", None),
    ("a wrong number", "## The end", "Codes have 21 dimensions.\n<!-- number: latent of vae -->\n\n## The end", "expected 20"),
    ("a comment that directs nothing", "## The end", "<!-- run: then int x; -->\n\n## The end", "directs nothing"),
    ("a block of nothing known", "## The end", "```rust\nfn main() {}\n```\n\n## The end", "a block of rust"),
    ("a command that is none", "## The end", "Then:\n\n    gradzoo trian vae\n\n## The end", "gradzoo trian vae"),
]


def main(build):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gradzoo-docs-test-"))
    (folder / "code.h").write_text("int one();\nint two();\nint three();\n")
    pages = {"right.md": RIGHT}
    for number, (_, old, new, _) in enumerate(PLANTED):
        assert RIGHT.count(old) == 1, old
        text = RIGHT.replace(old, new)
        if new.startswith("<!-- run: from"):
            text = text.replace("int three();", "int four();")
        if "sum(x)" not in old:  # C++ takes the longest: only where an error is in it
            text = re.sub(r"<!-- run: with.*?```\n\n(?=Its|<!-- run: from)", "", text, flags=re.DOTALL)
        pages[f"planted_{number}.md"] = text
    for name, text in pages.items():
        (folder / name).write_text(text)
    ran = subprocess.run([ROOT / "tools/check_docs", *pages, "--root", folder, "--build", build, "--list"],
                         capture_output=True, text=True)
    told = {name: [line for line in ran.stdout.split("\n") if line.startswith(name) and ": came " in line] for name in pages}
    wrong = [] if ran.returncode == 1 else [f"ended with {ran.returncode}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"]
    wrong += [f"a right page: {line}" for line in told["right.md"]]
    for number, (what, _, _, says) in enumerate(PLANTED):
        lines = told[f"planted_{number}.md"]
        if not any((says or "not there: int four();") in line for line in lines):
            wrong.append(f"{what}: not told, but {lines or 'nothing'}")
    print("\n".join(wrong) or f"{len(PLANTED)} planted errors, each told; {ran.stdout.strip().split(chr(10))[-1]}")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "build/release"))
