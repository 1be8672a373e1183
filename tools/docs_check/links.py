"""Links: the file is there, and so are the heading or the line that a link names."""
import re

import pages

LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)


def check(page, root, report):
    count = 0
    for match in LINK.finditer(page.prose):
        target = match.group(1) or match.group(2)
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        count += 1
        line = page.prose.count("\n", 0, match.start()) + 1
        path, _, anchor = target.partition("#")
        file = (root / page.name).parent / path if path else root / page.name
        if not file.exists():
            report(page.name, line, f"link {target}", "no such file", "a file of the tree")
        elif anchor and file.is_file():
            lines = file.read_text(errors="replace").split("\n")
            number = re.fullmatch(r"L(\d+)(?:-L(\d+))?", anchor)
            if number:
                last = int(number.group(2) or number.group(1))
                if last > len(lines):
                    report(page.name, line, f"link {target}", f"the file has {len(lines)} lines", f"line {last}")
            elif anchor not in pages.anchors(lines):
                near = [name for name in sorted(pages.anchors(lines)) if name[:4] == anchor[:4]]
                report(page.name, line, f"link {target}", "no such heading", ", ".join(near) or "a heading")
    return count
