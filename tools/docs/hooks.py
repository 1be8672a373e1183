"""What mkdocs does not do by itself (mkdocs.yml names this file): pages of the sources that pages link to and of
notebooks, lists as GitHub reads them, live figures, and a search that also works where a page is opened as a file."""
import html
import json
import os
import re
import sys
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^()\s#:]+)(#L(\d+))?(?=[)#])")
LIVE = re.compile(r"^<!-- live: (\S+) (.*) -->$", re.M)  # an address in the playground, and the figure's title
made = set()  # pages of sources


def source(page, target):
    """The file or folder of the tree to which a page links, where that is no page of the site itself."""
    place = os.path.normpath(os.path.join(os.path.dirname(page), target))
    return place if (ROOT / place).exists() and not place.endswith((".md", ".png", ".svg")) else None


def cells_of(path):
    """The cells of a notebook: with their outputs, if tools/test has executed the notebook as it is now."""
    cells = json.loads(path.read_text())["cells"]
    executed = Path(os.environ.get("NOTEBOOKS", ""), path.name)
    if executed.is_file():
        with_results = json.loads(executed.read_text())["cells"]
        if [cell["source"] for cell in with_results] == [cell["source"] for cell in cells]:
            return with_results
    print(f"tools/site: {path.name} is shown without results. Hint: tools/test -R tools/python", file=sys.stderr)
    return cells


def shown(output):
    """What a cell shows, as Markdown."""
    data = {kind: "".join(text) for kind, text in output.get("data", {"text/plain": output.get("text", "")}).items()}
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    if "image/png" in data:
        return f'<div class="output"><img alt="What the cell draws" src="data:image/png;base64,{data["image/png"].strip()}"></div>'
    return f'``` text\n{data["text/plain"]}\n```'


def notebook_page(path):
    parts = []
    for cell in cells_of(path):
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"``` python\n{source}\n```")
        parts += map(shown, cell.get("outputs", ()))
    return "\n\n".join(parts) + "\n"


def add_page(place, text, files, config):
    made = Path(config["docs_dir"], place)
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(text)
    files.append(File(place, config["docs_dir"], config["site_dir"], False))


def on_files(files, config):
    notebooks = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/notebooks").glob("*.ipynb"))
    for place in notebooks:
        add_page(place + ".md", notebook_page(ROOT / place), files, config)
    for page in list(files.documentation_pages()):
        for target, *_ in LINK.findall(Path(page.abs_src_path).read_text()):
            place = source(page.src_path, target)
            if not place or place in made or place in notebooks:
                continue
            made.add(place)
            full = ROOT / place
            body = full.read_text() if full.is_file() else "\n".join(sorted(each.name for each in full.iterdir()))
            text = f"---\nhide: [navigation, toc]\n---\n# {place}\n\n"
            text += f"`````` {full.suffix[1:] or 'text'}\n{body}\n``````\n"
            add_page(place + ".md", text, files, config)
    return files


def on_nav(nav, config, files):
    lost = [page.src_path for page in files.documentation_pages()
            if page.page not in nav.pages and page.src_path.removesuffix(".md") not in made]
    if lost:
        raise SystemExit(f"tools/site: not in the navigation: {', '.join(lost)}. Hint: a line in tools/docs/mkdocs.yml")


def with_live_figures(text, page, playground):
    """The text of a page, with frames of the playground where the page asks for them, if the playground was built."""
    def frame(match):
        place = os.path.relpath("playground/index.html", os.path.dirname(page))
        address, title = html.escape(match[1]), html.escape(match[2])
        return (f'<div class="live"><iframe src="{place}?framed#{address}" title="{title}" loading="lazy"></iframe>\n'
                f'<a href="{place}#{address}">Open in the playground: {title}</a></div>')

    return LIVE.sub(frame, text) if (playground / "playground.wasm").exists() else text


def on_page_markdown(text, page, config, files):
    def link(match):
        target, line, number = match.groups()
        if not source(page.file.src_path, target):
            return match[0]
        return f"]({target.rstrip('/')}.md" + (f"#line-0-{number}" if line else "")

    text = with_live_figures(LINK.sub(link, text), page.file.src_path, Path(config["docs_dir"], "playground"))
    text = re.sub(r"^   ```.*?^   ```$", lambda fence: fence[0].replace("\n   ", "\n    "), text, flags=re.M | re.S)
    text = re.sub(r"^   (?=\S)", "    ", text, flags=re.M)  # Python-Markdown: what belongs to an item stands four in
    return re.sub(r"^\|.*", lambda row: "".join(
        bars(part) if part.startswith("`") else part.replace("\\|", "&#124;")
        for part in re.split(r"(`[^`]*`)", row[0])), text, flags=re.M)


def bars(code):
    if "\\|" not in code:
        return code
    text = code[1:-1].replace("&", "&amp;").replace("<", "&lt;").replace("\\|", "&#124;").replace("*", "&#42;")
    return f"<code>{text}</code>"


def on_post_build(config):
    site = Path(config["site_dir"])
    index = json.loads((site / "search/search_index.json").read_text())
    index["docs"] = [each for each in index["docs"] if each["location"].partition(".html")[0] not in made]
    text = json.dumps(index)
    (site / "search/search_index.json").write_text(text)
    (site / "search/search_index.js").write_text(f"__found_index({text});\n")
