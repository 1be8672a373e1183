#!/usr/bin/env python3
"""tools/check_docs tells every error that is planted in a page, and finds nothing in a page that is right."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

RIGHT = """# A page

See [below](#the-end), [its code](code.h#L2) and ![nothing](code.h). It is **-1.24<!-- a.kl -->**.
`gradzoo train vae --help` lists `gradzoo train vae --set net=mlp`.

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

    $ gradzoo gradcheck exp
    ...

<!-- run: not: nobody has written it -->
```cpp
unwritten();
```

## The end
"""

# What is planted, in place of what, and what the checker must say.
PLANTED = [
    ("f_y = 2", "f_y = 3", "and not"),
    ("...\n    f_y = 2", "...\n    f_x = 3", "and not"),  # more came than is shown
    ("train vae --help", "train vae --helpp --out x", "--helpp"),
    ("--set net=mlp", "--set nets=mlp", "nets"),
    ("--set net=mlp", "--set net=mlpp", "mlpp"),
    ("[below](#the-end)", "[below](gone.md)", "link gone.md: no such file"),
    ("#the-end", "#the-ending", "link #the-ending: no such heading"),
    ("-1.24", "-1.25", "the ledger has -1.2391"),
    ("-1.24", "1.24", "the ledger has -1.2391"),
    ("a.kl", "a.fid", "the ledger has no such row"),
    ("code.h#L2", "code.h#L9", "the file has no such line"),
    ("const Tensor y = sum(x);", "const Tensor y = summ(x);", "summ"),
    ("const Tensor y = sum(x);", "const Tensor y = sum(reshape(x, {7}));", "ended with 1: reshape"),
    ("const Tensor y = sum(x);", "const Tensor y = sum(x) + 1.0;", "not so: y.item() == 6"),
    ("int three();", "int four();", "C++"),  # a quotation that is stale
    ("## The end", "<!-- run: then int x; -->\n\n## The end", "directs nothing"),
    ("## The end", "```rust\nfn main() {}\n```\n\n## The end", "a block of rust"),
    ("## The end", "Then:\n\n    gradzoo trian vae\n\n## The end", "gradzoo trian vae"),
    ("## The end", "Then:\n\n    tools/no_such\n\n## The end", "no file tools/no_such"),
    ("## The end", "<!-- run: fails: it does not -->\n\n    gradzoo list\n\n## The end", "ended with 0"),
]

folder = pathlib.Path(tempfile.mkdtemp(prefix="gradzoo-docs-test-"))
(folder / "docs").mkdir()
(folder / "docs/ledger.md").write_text("| `a.kl` | log \\| x | -1.2391 | at least -2 | 0 | today | holds |\n")
(folder / "code.h").write_text("int one();\nint two();\nint three();\n")
pages = {"right.md": RIGHT}
for number, (old, new, _) in enumerate(PLANTED):
    assert RIGHT.count(old) == 1, old
    text = RIGHT.replace(old, new)
    if "sum(x)" not in old:  # C++ takes the longest: only where an error is in it
        text = re.sub(r"<!-- run: with.*?```\n\n(?=Its)", "", text, flags=re.DOTALL)
    pages[f"planted_{number}.md"] = text
for name, text in pages.items():
    (folder / name).write_text(text)
ran = subprocess.run([ROOT / "tools/check_docs", *pages, "--root", folder, "--build",
                      sys.argv[1] if len(sys.argv) > 1 else "build/release"], capture_output=True, text=True)
told = {name: [line for line in re.split(r"\n(?=\w+\.md:)", ran.stdout)
               if line.startswith(f"{name}:")] for name in pages}
wrong = [] if ran.returncode == 1 else [f"ended with {ran.returncode}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"]
wrong += [f"a right page: {line}" for line in told["right.md"]]
wrong += [f"{new}: not told, but {told[f'planted_{number}.md'] or 'nothing'}"
          for number, (_, new, says) in enumerate(PLANTED)
          if not any(says in line for line in told[f"planted_{number}.md"])]
shutil.rmtree(folder)
print("\n".join(wrong) or f"{len(PLANTED)} planted errors, each told")
sys.exit(1 if wrong else 0)
