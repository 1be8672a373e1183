"""Reads the pages of a site that is built: each link leads somewhere, and nothing is asked of another host."""

import os
from html.parser import HTMLParser
from urllib.parse import unquote

LOADS = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("audio", "src"),
         ("object", "data"), ("embed", "src"), ("form", "action"), ("input", "src")}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.update(value for key, value in attributes if key in ("id", "name") and value)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") != "canonical":
            self.loads.append(values.get("href", ""))
        self.loads += [values[key] for of, key in LOADS if of == tag and values.get(key)]

    handle_startendtag = handle_starttag


def is_external(target):
    return target.startswith("//") or ":" in target.partition("/")[0].partition("#")[0]


def check(site):
    """The number of links, and what is wrong with them."""
    pages = {str(path.relative_to(site)): Page(path.read_text()) for path in sorted(site.rglob("*.html"))}
    count, problems = 0, []
    for name, page in pages.items():
        for target in page.loads:
            if is_external(target) and not target.startswith("data:"):
                problems.append(f"{name} asks another host for {target}")
        for target in page.links + page.loads:
            if is_external(target):
                continue
            count += 1
            path, _, anchor = unquote(target).partition("#")
            path = path.partition("?")[0]
            if name == "404.html":
                path = path.removeprefix("/")
            place = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            if (site / place).is_dir():
                place = os.path.normpath(os.path.join(place, "index.html"))
            if not (site / place).is_file():
                problems.append(f"{name} links to {target}, which is not there")
            elif anchor and place in pages and anchor not in pages[place].ids and anchor != "__comments":
                problems.append(f"{name} links to {target}, and {place} has no such anchor")
    for path in sorted(site.rglob("*.css")):
        text = path.read_text()
        if "url(http" in text or "url(//" in text or "@import" in text:
            problems.append(f"{path.relative_to(site)} asks another host")
    return count, problems
