"""A page as what stands in it, in order: blocks, commands in prose, links, and the checker's comments."""
import re
from dataclasses import dataclass, field

MARKER = re.compile(r"^\s*<!-- run: (.*?) -->\s*$")
FENCE = re.compile(r"^(\s*)```\s*([\w+-]*)")
COMMANDS = re.compile(r"^(\$ )?(([A-Z_]+=\S+ )*(gradzoo|gradzoo-mpi|gradzoo-study|mpirun|cmake|ctest|apt-get|ssh|export|cmp|sed|"
                      r"python3|/usr/bin/python3|\.ci/run|tools/\w+|tests/fuzz/run)(?=\s|$)|build/\w+/gradzoo\b|\(cd \S+ && \w)")


@dataclass
class Block:
    """A fenced or indented block; line is that of its first line of text."""
    page: str
    line: int
    language: str  # of a fence; "" of an indented block
    fenced: bool
    lines: list
    markers: list = field(default_factory=list)

    def holds_commands(self):
        if self.language and self.language not in ("sh", "bash", "console", "shell"):
            return False
        first = next((line for line in self.lines if line.strip()), "")
        return bool(COMMANDS.match(first))


@dataclass
class Inline:
    """A command in prose or in a table, between backticks."""
    page: str
    line: int
    text: str


@dataclass
class Setting:
    """A comment that holds from there to the end of the page: `RUN=runs/vae-1`, `not gradzoo brightness: ...`."""
    page: str
    line: int
    text: str


@dataclass
class Page:
    name: str
    lines: list
    parts: list
    prose: str  # its text with blocks, code and comments blanked out, line by line


def parse(name, text):
    lines = text.split("\n")
    parts, prose, markers = [], [], []
    at, fence = 0, None
    while at < len(lines):
        line = lines[at]
        marker, begin = MARKER.match(line), FENCE.match(line)
        if marker:
            said = marker.group(1)
            if re.match(r"[A-Z]\w*=|not \S+.*: |before |masked \S|fresh$", said) and not said.startswith("not:"):
                parts.append(Setting(name, at + 1, said))
            else:
                markers.append((at + 1, said))
            prose.append("")
            at += 1
        elif begin:
            indent, language = begin.groups()
            end = at + 1
            while end < len(lines) and not re.match(r"^\s*```\s*$", lines[end]):
                end += 1
            body = [row[len(indent):] if row.startswith(indent) else row for row in lines[at + 1:end]]
            parts.append(Block(name, at + 2, language, True, body, markers))
            prose += [""] * (end + 1 - at)
            at, markers = end + 1, []
        elif line.startswith("    ") and (at == 0 or not lines[at - 1].strip() or MARKER.match(lines[at - 1])):
            end = at
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            while not lines[end - 1].strip():
                end -= 1
            parts.append(Block(name, at + 1, "", False, [row[4:] for row in lines[at:end]], markers))
            prose += [""] * (end - at)
            at, markers = end, []
        else:
            prose.append(line)
            if line.strip() and markers:
                parts.append(Setting(name, markers[0][0], f"stray {markers[0][1]}"))
                markers = []
            at += 1
    text = "\n".join(prose)
    for code in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text):
        said = " ".join(code.group(1).split())
        if COMMANDS.match(said):
            parts.append(Inline(name, text.count("\n", 0, code.start()) + 1, said))
    parts.sort(key=lambda part: part.line)
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    text = re.sub(r"<!--.*?-->", blank, re.sub(r"(?<!`)`[^`]+`(?!`)", blank, text), flags=re.DOTALL)
    return Page(name, lines, parts, text)


def anchors(lines):
    """The names under which GitHub reaches the headings of a page."""
    found, inside, seen = set(), False, {}
    for line in lines:
        if FENCE.match(line):
            inside = not inside
        heading = re.match(r"^#{1,6}\s+(.*?)\s*#*\s*$", line)
        if inside or not heading:
            continue
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1)).lower()
        slug = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        found.add(slug if count == 0 else f"{slug}-{count}")
    return found | {name for line in lines for name in re.findall(r'<a (?:id|name)="([^"]+)"', line)}
