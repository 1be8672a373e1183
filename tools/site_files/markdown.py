"""GitHub's Markdown as Python-Markdown reads it: lists, tables and code come out alike in both."""

import html
import re

FENCE = re.compile(r"\s*(```+|~~~+)")
ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])(\s+)(?=\S)")
CODE_SPAN = r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>(?:(?!\n\n).)+?)(?<!`)(?P=ticks)(?!`)"
LINK = r"(?P<name>\[[\w-]+\.md)?\]\((?P<target>[^()\s]+)\)"
SHORT = 44  # characters of code that stay on one line of a table
INLINE = re.compile(CODE_SPAN + "|" + LINK, re.DOTALL)


def indent_of(line):
    return len(line) - len(line.lstrip(" "))


def lines_with_kind(text):
    """(line, kind) of each line, kind "text", "code" or "fence", with lists indented by fours."""
    out = []
    levels = []  # of the lists that are open: (column of the marker, column of its text)
    fence = None
    after_blank = True
    for line in text.split("\n"):
        if fence is not None:
            margin = levels[-1][1] if levels else 0
            out.append((" " * 4 * len(levels) + line[min(margin, indent_of(line)):], "code"))
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                out[-1] = (out[-1][0], "fence")
                fence = None
            continue
        if not line.strip():
            out.append(("", "text"))
            after_blank = True
            continue
        indent = indent_of(line)
        item = ITEM.match(line)
        lazy = not item and not after_blank and not FENCE.match(line)  # the paragraph goes on, however it is indented
        while levels and indent < levels[-1][1] and not lazy:
            if item and indent >= levels[-1][0]:  # the next item of this list
                levels.pop()
                break
            levels.pop()
        margin = levels[-1][1] if levels else 0
        rest = " " * max(0, indent - margin) + line.strip(" ") if not lazy else line.strip(" ")
        prefix = " " * 4 * len(levels)
        if after_blank and indent - margin >= 4:
            out.append((prefix + rest, "code"))
            continue  # a blank line before it stays one: code goes on
        if FENCE.match(line):
            fence = FENCE.match(line).group(1)
            out.append((prefix + rest.lstrip(), "fence"))
        elif item:
            if not levels and out and out[-1][0].strip() and not ITEM.match(out[-1][0]) and not after_blank:
                if not any(ITEM.match(each) for each in paragraph_before(out)):
                    out.append(("", "text"))  # a list right below a paragraph
            out.append((prefix + rest.lstrip(), "text"))
            levels.append((indent, item.end()))
        else:
            out.append((prefix + rest, "text"))
        after_blank = False
    return out


def paragraph_before(out):
    lines = []
    for line, kind in reversed(out):
        if not line.strip() or kind != "text":
            break
        lines.append(line)
    return lines


def map_text(text, change):
    """`change` of each run of lines that are no code; lists are made Python-Markdown's."""
    out, run = [], []
    for line, kind in lines_with_kind(text) + [(None, "end")]:
        if kind == "text":
            run.append(line)
            continue
        if run:
            out.append(change("\n".join(run)))
            run = []
        if line is not None:
            out.append(line)
    return "\n".join(out)


def convert(text, link, label=lambda target: None):
    """The page with `link(target)` in place of each target, and `label(target)` in that of a file's name.

    Code in tables becomes HTML: for the sake of its bars, and so that what is short stays on a line.
    """

    def change(run):
        def one(match):
            if match["target"]:
                name = match["name"] or ""
                if name and label(match["target"]):
                    name = "[" + label(match["target"])
                return name + "](" + link(match["target"]) + ")"
            in_table = run[run.rfind("\n", 0, match.start()) + 1:match.start() + 1].startswith("|")
            if not in_table:
                return match[0]
            kind = ' class="short"' if len(match["code"]) <= SHORT else ""
            code = html.escape(match["code"].strip().replace("\\|", "|"), quote=False)
            code = re.sub(r"[\\`*_{}\[\]()#+!|~^-]", lambda each: f"&#{ord(each[0])};", code)
            return f"<code{kind}>{code}</code>"

        return INLINE.sub(one, run)

    return map_text(text, change)


def targets(text):
    """The targets of all links and pictures of a page."""
    found = []

    def keep(target):
        found.append(target)
        return target

    convert(text, keep)
    return found


def anchors(text):
    """The anchors of a page's headings, as GitHub makes them."""
    found = []
    for line, kind in lines_with_kind(text):
        heading = re.match(r"#{1,6}\s+(.*)", line) if kind == "text" else None
        if heading:
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).strip().lower()
            slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            number = sum(each == slug or re.fullmatch(re.escape(slug) + r"_\d+", each) is not None for each in found)
            found.append(slug if not number else f"{slug}_{number}")
    return found
