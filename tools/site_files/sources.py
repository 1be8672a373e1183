"""Pages of sources: a file of the project, highlighted, with an anchor at each line; a folder, as a list of these."""

import os
import re
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound


def page_of(root, place, path):
    """What stands in a link in place of `path`, which leads to `place`."""
    return path.rstrip("/") + ("/README.md" if (root / place).is_dir() else ".md")


def source_page(name, text):
    try:
        lexer = get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    code = highlight(text, lexer, HtmlFormatter(linespans="L", cssclass="highlight source", wrapcode=True))
    code = re.sub(r'id="L-(\d+)"', r'id="L\1"', code)
    return f"---\ntitle: {name}\nhide: [toc]\n---\n\n# {name}\n\n{code}\n"


def write(root, places, into):
    """Writes a page for each place, and for the files of a folder; gives their names below `into`."""
    made = []

    def add(name, text):
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).write_text(text)
        made.append(name)

    files = set()
    for place in places:
        if (root / place).is_dir():
            inside = sorted(path.name for path in (root / place).iterdir() if path.is_file())
            files.update(os.path.join(place, name) for name in inside)
            rows = "\n".join(f"- [{name}]({name}.md)" for name in inside)
            add(f"{place}/README.md", f"# {place}/\n\n{rows}\n")
        else:
            files.add(place)
    for place in sorted(files):
        add(place + ".md", source_page(place, Path(root / place).read_text()))
    return made
