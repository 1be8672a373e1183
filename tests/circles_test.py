#!/usr/bin/python3
"""circles_test.py SOURCE_DIR: no units include each other in a circle. A unit is a header with its source. Today's circles
are in circles.txt, a line each, and that list may only shrink. A circle that this test makes for itself is found."""
import pathlib
import re
import sys

FOLDERS = "base autograd explain state nn samplers datasets models plot experiments commands tools".split()


def unit_of(path):
    return re.sub(r"(-inl)?\.\w+$", "", path)


def includes_of(root):
    """Each unit with the units that its header and its source include."""
    graph = {}
    for folder in FOLDERS:
        for file in (root / folder).rglob("*"):
            if file.suffix in (".h", ".cpp"):
                names = re.findall(r'^#include "(?:gradzoo/)?([^"]+)"', file.read_text("utf-8"), re.M)
                graph.setdefault(unit_of(str(file.relative_to(root))), set()).update(map(unit_of, names))
    return {unit: {other for other in others if other in graph and other != unit} for unit, others in graph.items()}


def circles(graph):
    """The strongly connected components of more than one unit (Tarjan 1972), each sorted."""
    index, low, stack, found = {}, {}, [], []

    def visit(unit):
        index[unit] = low[unit] = len(index)
        stack.append(unit)
        for other in graph[unit]:
            if other not in index:
                visit(other)
            if other in stack:
                low[unit] = min(low[unit], low[other])
        if low[unit] == index[unit]:
            part = stack[stack.index(unit):]
            del stack[stack.index(unit):]
            if len(part) > 1:
                found.append(" ".join(sorted(part)))
    for unit in graph:
        if unit not in index:
            visit(unit)
    return sorted(found)


sys.setrecursionlimit(10000)
root = pathlib.Path(sys.argv[1])
graph = includes_of(root)
now = circles(graph)
if "--list" in sys.argv:
    print("\n".join(now))
    sys.exit()
known = [line for line in (root / "tests/circles.txt").read_text().split("\n") if line and not line.startswith("#")]
wrong = [f"a circle: {part}. Hint: move what they share into a unit of its own" for part in now if part not in known]
wrong += [f"tests/circles.txt: no circle any more: {part}. Hint: remove the line" for part in known if part not in now]
graph["base/error"].add("autograd/tensor")  # which includes it
if not any("base/error" in part for part in circles(graph)):
    wrong.append("a circle that was planted is not found")
print("\n".join(wrong))
sys.exit(bool(wrong))
