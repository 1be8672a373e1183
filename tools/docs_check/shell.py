"""Lines of a block as commands: what is said beside them, what they print, and words in place of placeholders."""
import re
import shlex

import pages

OPERATORS = {"|", ">", ">>", "&&", "2>&1", "<", "&"}
ROW, OP, LAB = "autodiff.hessian_trace", "exp", "coin"


def uncommented(line):
    """Without ` # ...`, which stands outside of quotes."""
    quote = None
    for at, char in enumerate(line):
        if quote:
            quote = None if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and at > 0 and line[at - 1].isspace():
            return line[:at].rstrip()
    return line.rstrip()


def commands_of(block):
    """(line, text, the lines that it prints or None) of a block of commands."""
    found, line_at = [], block.line
    prompt = any(line.startswith("$ ") for line in block.lines)
    lines, at = block.lines, 0
    while at < len(lines):
        line, number = lines[at], line_at + at
        at += 1
        if prompt and not line.startswith("$ "):
            if found:
                found[-1][2].append(line)
            continue
        text = line[2:] if line.startswith("$ ") else line
        while text.endswith("\\") and at < len(lines):
            text = text[:-1] + " " + lines[at].strip()
            at += 1
        text = uncommented(text)
        if text.strip():
            found.append((number, text.strip(), [] if prompt else None))
    for number, text, shown in found:
        while shown and not shown[-1].strip():
            shown.pop()
    return found


def split(text):
    """Words; optional parts in brackets are taken, `...` is left out."""
    text = re.sub(r"(?<=\s)\[(-[^\]]*)\]", r"\1", text)
    words = shlex.split(text)
    out = []
    for word in words:
        if word == "...":
            if out and out[-1] == "--set":
                out.pop()
            continue
        if word.endswith("...") and word[:-3] in ("RUN", "NAME", "ROW"):
            out += [word[:-3], word[:-3]] if word[:-3] == "RUN" else [word[:-3]]
            continue
        out.append(word)
    return out


def placeholder(word, command, before):
    """A real thing for a word in capitals, other than RUN, or the word."""
    if word == "NAME":
        return {"lab": LAB, "gradcheck": OP, "verify": ROW, "zoo": "vae", "train": "vae", "sample": "mala",
                "explain": "square-sine", "bench": "tape_overhead"}.get(command, word)
    return {"ROW": ROW, "OP": OP, "MODEL": "vae", "EXAMPLE": "square-sine", "ADDRESS": "127.0.0.1", "LAB": LAB,
            "STEP": "1", "x.png": "x.png"}.get(word, word)


def joined(words):
    return " ".join(word if word in OPERATORS else shlex.quote(word) for word in words)


def parts(text):
    """The commands between && of a line."""
    out, quote, last = [], None, 0
    for at, char in enumerate(text):
        if quote:
            quote = None if char == quote else quote
        elif char in "'\"":
            quote = char
        elif text.startswith("&&", at):
            out.append(text[last:at].strip())
            last = at + 2
    return out + [text[last:].strip()]


def is_command(text):
    return bool(pages.COMMANDS.match(text))


NUMBER = re.compile(r"(?<![A-Za-z_])[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|\b(nan|inf)\b")


def masked(line):
    return re.sub(r"\s+", " ", NUMBER.sub("#", line)).strip()


def differs(shown, came, mask):
    """The first shown line that did not come where it should, and what came; or None. A line `...` leaves out any."""
    came = [line.rstrip() for line in came.rstrip("\n").split("\n")]
    shown = [line.rstrip() for line in shown]
    if mask:
        came, shown = [masked(line) for line in came], [masked(line) for line in shown]
    at, floating = 0, False
    for line in shown:
        if line.strip() == "...":
            floating = True
        elif floating:
            if line not in came[at:]:
                return line, "nowhere after what came before"
            at, floating = came.index(line, at) + 1, False
        else:
            if at >= len(came) or came[at] != line:
                return line, came[at] if at < len(came) else "nothing"
            at += 1
    if not floating and at < len(came):
        return "the end", came[at]
    return None
