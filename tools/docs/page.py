"""A page for tools/check_docs: its blocks and commands in order, and its links."""
import re
from dataclasses import dataclass, field

COMMAND = re.compile(r"(\$ )?(([A-Z_]+=\S+ )*(gradzoo|gradzoo-mpi|mpirun|cmake|ctest|apt-get|ssh|"
                     r"export|cmp|sed|python3|/usr/bin/python3|\.ci/run|tools/\w+|tests/fuzz/run)(?=\s|$)|"
                     r"build/\w+/gradzoo\b|\(cd \S+ && \w)")
FENCE = re.compile(r"( *)```\s*([\w+-]*)")
SAYS = re.compile(r"\s*<!-- run: (.*?) -->\s*$")
TO_THE_END = re.compile(r"[A-Z]\w*=|not [^:]|before |fresh$")
FIGURE = re.compile(r"(-?[\d.]*)<!-- ([\w.]+) -->")
ROW = re.compile(r"^\| `(\S+)` \| .*? \| (\S+) \|", re.M)


@dataclass
class Part:
    """A block, a command in prose, or what a comment says from there on."""
    kind: str  # "block", "inline", "setting"
    line: int  # of its first line of text
    lines: list
    language: str = ""  # of a fence
    fenced: bool = False
    says: list = field(default_factory=list)

    def holds_commands(self):
        first = next((line for line in self.lines if line.strip()), "")
        return self.kind == "block" and self.language in ("", "sh", "bash", "console", "shell") and COMMAND.match(first)

    def said(self, verb):
        """What the block's comments say after this word, a line each; None where none has it."""
        rest = [said[len(verb):].strip() for said in self.says if re.match(rf"{verb}(?!\w)", said)]
        return "\n".join(rest) if rest else None


def all_pages(root):
    return [str(path.relative_to(root))
            for pattern in ("README.md", "CONTRIBUTING.md", "docs/*.md", "course/pages/*.md")
            for path in sorted(root.glob(pattern))]


def anchors(text):
    """The names under which GitHub reaches the headings of a page."""
    found = []
    for title in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S), re.M):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return found + re.findall(r'<a (?:id|name)="([^"]+)"', text)


class Page:
    def __init__(self, root, name):
        self.root, self.name = root, name.removeprefix("./")
        self.text = (root / name).read_text()
        self.parts, self.prose = [], []
        lines, at, says = self.text.split("\n"), 0, []
        while at < len(lines):
            line, end = lines[at], at + 1
            comment, fence = SAYS.match(line), FENCE.match(line)
            if comment and TO_THE_END.match(comment[1]):
                self.parts.append(Part("setting", end, [comment[1]]))
            elif comment:
                says.append(comment[1])
            elif fence:
                end = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == "```") + 1
                body = [row.removeprefix(fence[1]) for row in lines[at + 1:end - 1]]
                self.parts.append(Part("block", at + 2, body, fence[2], True, says))
                says = []
            elif line.startswith("    ") and (at == 0 or not lines[at - 1].strip() or SAYS.match(lines[at - 1])):
                end = next((n for n in range(at, len(lines))
                           if lines[n].strip() and lines[n][:4] != "    "), len(lines))
                body = "\n".join(row[4:] for row in lines[at:end]).rstrip().split("\n")
                self.parts.append(Part("block", at + 1, body, says=says))
                says = []
            elif says and line.strip():
                self.parts.append(Part("setting", at + 1, [f"{says.pop()}: no block below it"]))
            block = self.parts and self.parts[-1].kind == "block" and self.parts[-1].line >= at + 1
            self.prose += [""] * (end - at) if block or comment else [line]
            at = end
        text = "\n".join(self.prose)
        for code in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text):
            said = " ".join(code[1].split())
            if COMMAND.match(said):
                self.parts.append(Part("inline", text.count("\n", 0, code.start()) + 1, [said]))
        self.parts.sort(key=lambda part: part.line)

    def check_figures(self, report):
        """A figure before a comment with the name of a row of the ledger is the row's value, rounded."""
        rows = dict(ROW.findall((self.root / "docs/ledger.md").read_text()))
        for match in FIGURE.finditer(self.text):
            figure, value = match[1], rows.get(match[2], "no such row")
            digits = len(figure.partition(".")[2])
            if match[2] not in rows or figure != f"{float(value):.{digits}f}":
                report(self, self.text.count("\n", 0, match.start()) + 1, match[0], f"the ledger has {value}")

    def check_links(self, report):
        blank = lambda match: re.sub(r"[^\n]", " ", match[0])
        text = re.sub(r"(?<!`)`[^`]+`(?!`)|<!--.*?-->", blank, "\n".join(self.prose), flags=re.S)
        targets = [(match[1], text.count("\n", 0, match.start()) + 1)
                   for match in re.finditer(r"\]\((?![a-z+.-]+:)([^)\s]+)\)", text)]
        for target, line in targets:
            path, _, anchor = target.partition("#")
            file = (self.root / self.name).parent / path if path else self.root / self.name
            number = re.fullmatch(r"L(\d+)", anchor)
            if not file.exists():
                report(self, line, f"link {target}", "no such file")
            elif number and int(number[1]) > file.read_text().count("\n"):
                report(self, line, f"link {target}", "the file has no such line")
            elif anchor and not number and anchor not in anchors(file.read_text()):
                report(self, line, f"link {target}", "no such heading")
        if self.name == "docs/README.md":
            listed = {target for target, _ in targets} | {"README.md"}
            for lost in {path.name for path in (self.root / "docs").glob("*.md")} - listed:
                report(self, 1, "index", f"{lost} has no row")
