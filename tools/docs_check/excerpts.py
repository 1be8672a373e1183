"""Quotations of the tree: each run of lines stands so in one file, in order; a line `...` leaves some out."""
import re


def squeezed(line):
    return re.sub(r"\s+", " ", line.strip())


def segments(lines):
    found = [[]]
    for line in lines:
        if line.strip() in ("...", "// ..."):
            found.append([])
        elif line.strip():
            found[-1].append(squeezed(line))
    return [segment for segment in found if segment]


def missing(lines, text):
    """The first line that does not follow on those before it in text, or None."""
    source = [squeezed(line) for line in text.split("\n") if line.strip()]
    at = 0
    for segment in segments(lines):
        best = 0
        for begin in range(at, len(source)):
            length = 0
            while length < len(segment) and begin + length < len(source) and source[begin + length] == segment[length]:
                length += 1
            best = max(best, length)
            if length == len(segment):
                at = begin + length
                break
        else:
            return segment[best]
    return None


def linked_sources(page, root):
    """The files of code that a page links to."""
    names = []
    for target in re.findall(r"\]\(([^)\s#]+\.(?:h|cpp|py|txt|cmake))(?:#[^)]*)?\)", page.prose):
        file = ((root / page.name).parent / target).resolve()
        if file.is_file() and file not in names:
            names.append(file)
    return names
