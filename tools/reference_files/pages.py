"""The reference's pages: Markdown for tools/site, so that its search, colours and layout are those of all pages."""

import html
import re
import textwrap
from pathlib import Path

FLOORS = {
    "autograd": "The engine: tensors, the tape, ops, gradients of any order and their checks.",
    "nn": "Layers, optimisers, what fits and what learns, processes.",
    "samplers": "Markov chains on any log-density or score, their diagnostics, normalising constants.",
    "datasets": "Images, toys, batches.",
    "models": "A model as the rest sees it, its evaluation, and a run from options to checkpoint.",
    "state": "What outlives a step, and its files.",
    "explain": "A tape as text and as a page.",
    "base": "Errors, options, text and files.",
}
SMALL_FOLDER = 90  # names of a folder whose headers share a page
kCode = re.compile(r"(`[^`]+`)")
kHeader = re.compile(r"(?<![\w/.])((?:[a-z_0-9]+/)*[a-z_0-9]+\.h)\b")
kWord = re.compile(r"(?<![\w./:])([A-Za-z]\w+(?:::\w+)*)(\(\))?(?![\w/:]|\.h)")


def slug(heading):
    """The anchor that the site gives a heading: GitHub's."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")


class Page:
    def __init__(self, place, title, headers):
        self.place, self.title, self.headers, self.anchors = place, title, headers, {}

    def anchor(self, heading):
        base = slug(heading)
        count = self.anchors.get(base, -1) + 1
        self.anchors[base] = count
        return base if count == 0 else f"{base}_{count}"


def lay_out(headers):
    """Which headers share a page: those of a small folder below a floor, others one each."""
    by_folder, out = {}, []
    for header in headers:
        if header.names or header.whole:
            by_folder.setdefault(str(Path(header.path).parent), []).append(header)
    for folder, inside in sorted(by_folder.items()):
        size = sum(1 + len(name.members) for header in inside for name in header.names)
        if folder != "." and len(inside) > 1 and size <= SMALL_FOLDER:
            out.append(Page(f"{folder}.md", f"{folder}/", inside))
        else:
            out += [Page(header.path.removesuffix(".h") + ".md", header.path, [header]) for header in inside]
    return out


def groups(members):
    """Runs of members that one comment describes: overloads, and what stands below one heading."""
    out = []
    for member in members:
        if out and out[-1][0].text == member.text and out[-1][0].kind == member.kind and \
                out[-1][0].protected == member.protected:
            out[-1].append(member)
        else:
            out.append([member])
    return out


def sections(members):
    """Groups of the same names below one heading, where the first of them stands: [(names, [group, ...]), ...]."""
    out, functions = [], {}
    for group in groups(members):
        names = list(dict.fromkeys(member.name for member in group))
        known = functions.get(tuple(names)) if group[0].kind == "function" else None
        if known:
            known.append(group)
        else:
            out.append((names, [group]))
            if group[0].kind == "function":
                functions[tuple(names)] = out[-1][1]
    return out


def sentence(text):
    """A comment behind a declaration is a clause: as a sentence where it begins with a plain word."""
    text = text.strip()
    if re.match(r"[a-z]{2,}[ ,;:]", text) and not re.match(r"[a-z]+ [-+=]", text):
        text = text[0].upper() + text[1:]
    return text + "." if re.match(r"[A-Z`]|\w+\(\) ", text) and re.search(r"[\w)\]`]$", text) else text


class Writer:
    def __init__(self, out, made):
        self.out, self.pages, self.targets, self.places = out, made, {}, {}
        for page in made:
            for header in page.headers:
                self.places[header.path] = page
        self.from_all = closure({header.path: header.text for page in made for header in page.headers}, "gradzoo.h")

    def headings(self, page):
        """(level, heading, what) of everything on a page, in order; fills the targets of links."""
        page.anchors, out = {}, []
        page.anchor(page.title)
        deeper = len(page.headers) > 1
        for header in page.headers:
            if deeper:
                out.append((2, header.path, page.anchor(header.path), header))
            for listed, several in sections(header.names):
                level = 2 + deeper
                heading = ", ".join(listed)
                anchor = page.anchor(heading)
                out.append((level, heading, anchor, several))
                for name in listed:
                    self.target(name, page, anchor)
                    self.target(name.rpartition("::")[2], page, anchor)
                for name in (each for group in several for each in group if each.kind in ("class", "struct")):
                    own = name.name.rpartition("::")[2].partition("<")[0]
                    methods = [each for each in name.members if each.kind == "function" and each.name != own]
                    for called, of_name in sections(methods):
                        title = ", ".join(f"{own}::{each}" for each in called)
                        anchor = page.anchor(title)
                        out.append((level + 1, title, anchor, of_name))
                        for each in called:
                            self.target(f"{own}::{each}", page, anchor)
                    # Other members stand in the class's own text.
        return out

    def target(self, name, page, anchor):
        known = self.targets.get(name)
        self.targets[name] = (page, anchor) if known is None or known[0] is page else "several"
        if known and known != "several" and known[0] is page:
            self.targets[name] = known

    def link(self, name, page):
        found = self.targets.get(name)
        if found is None or found == "several":
            return None
        there, anchor = found
        up = "../" * page.place.count("/")
        return f"#{anchor}" if there is page else f"{up}{there.place}#{anchor}"

    def words(self, text, page):
        """A line of a comment: literal but for code in backticks, with links to what the reference has."""
        out = []
        for part in kCode.split(text):
            if part.startswith("`") and len(part) > 2:
                target = self.link(part[1:-1].removesuffix("()"), page)
                out.append(f"[{part}]({target})" if target else part)
                continue
            escaped = re.sub(r"([\\*\[\]`])", r"\\\1", html.escape(part, quote=False))
            escaped = re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", escaped)

            def linked(match):
                word = match[1]
                telling = match[2] or "::" in word or "_" in word or re.match(r"[A-Zk][a-z]+[A-Z]", word)
                target = self.link(word, page) if telling else None
                return f"[{match[0]}]({target})" if target else match[0]

            escaped = kWord.sub(linked, escaped)
            out.append(kHeader.sub(lambda match: self.header_link(match[1], page), escaped))
        return "".join(out)

    def header_link(self, path, page):
        found = [known for known in self.places if known == path or known.endswith("/" + path)]
        if len(found) != 1 or self.places[found[0]] is page:
            return path
        return f"[{path}]({'../' * page.place.count('/')}{self.places[found[0]].place})"

    def prose(self, text, page):
        """A comment as Markdown: paragraphs, lists, and code where it is indented."""
        out, block, listed = [], [], False

        def end_block():
            while block and not block[-1].strip():
                block.pop()
            if block:
                out.extend(["", "```cpp", *textwrap.dedent("\n".join(block)).split("\n"), "```", ""])
            block.clear()

        lines = text.split("\n")
        for i, line in enumerate(lines):
            if block and (line.startswith("  ") or not line.strip()):
                block.append(line)
                continue
            before = lines[i - 1].strip() if i else ""
            item = line.startswith("- ") and (listed or not before or before.endswith(":"))
            if line.startswith("  ") and not listed:
                block.append(line)
                continue
            end_block()
            if item:
                if not listed and out and out[-1]:
                    out.append("")
                listed = True
                out.append("- " + self.words(line[2:], page))
            elif listed and line.startswith("  "):
                out.append("  " + self.words(line.strip(), page))
            else:
                if listed and line.strip():
                    out.append("")
                listed = False
                out.append(re.sub(r"^(\d*)([-+#>.])(?= )", r"\1\\\2", self.words(line, page)))
        end_block()
        return "\n".join(out).strip()

    def fence(self, declarations):
        return "```cpp\n" + "\n".join(declarations) + "\n```"

    def all_of(self, several, page):
        """What stands below a heading."""
        section = several[0][0].section
        above = []
        if section and section != several[0][0].text:
            above.append(f"*{self.words(' '.join(section.split()), page)}*")
        return "\n\n".join(above + [self.one(group, page) for group in several])

    def one(self, group, page):
        first = group[0]
        out = []
        if first.kind in ("class", "struct", "enum"):
            for name in group:
                values = [each.name for each in name.members] if name.kind == "enum" else []
                out.append(self.fence([name.declaration + (" { " + ", ".join(values) + " };" if values else ";")]))
        else:
            out.append(self.fence([name.declaration for name in group]))
        if first.protected:
            out.append("*Protected.*")
        out.append(self.prose(sentence(first.text), page))
        for name in group:
            own = name.name.rpartition("::")[2].partition("<")[0]
            makers = [each for each in name.members if each.kind == "function" and each.name == own]
            for several in groups(makers):
                out += [self.fence([each.declaration for each in several]), self.prose(sentence(several[0].text), page)]
            fields = [each for each in name.members if each.kind != "function" and each.text]
            rows = []
            for i, each in enumerate(fields):
                if i and (each.line, each.text) == (fields[i - 1].line, fields[i - 1].text):
                    continue
                together = [other.name for other in fields[i + 1:]
                            if (other.line, other.text) == (each.line, each.text)]
                declared = " ".join(each.declaration.rstrip(";").split())
                shown = ", ".join(f"`{one}`" for one in [declared] + together)
                rows.append(f"- {shown}: " + self.prose(each.text, page).replace("\n", "\n    "))
            out += ["\n".join(rows)] if rows else []
        return "\n\n".join(filter(None, out))

    def about(self, header, page):
        """A header's include, and what it says of itself."""
        out = [self.fence([f"#include <gradzoo/{header.path}>"])]
        if header.path in self.from_all and header.path != "gradzoo.h":
            out.append("`<gradzoo/gradzoo.h>` has it too.")
        if header.whole:
            out.append(self.prose(header.whole, page))
        return "\n\n".join(out)

    def write(self):
        laid = [(page, self.headings(page)) for page in self.pages]
        for page, headings in laid:
            out = [f"# {page.title}"]
            if len(page.headers) == 1:
                out.append(self.about(page.headers[0], page))
            for level, heading, _, what in headings:
                shown = heading if re.fullmatch(r"[\w:, ./]+", heading) and "__" not in heading else f"`{heading}`"
                out.append("#" * level + " " + shown)
                out.append(self.all_of(what, page) if isinstance(what, list) else self.about(what, page))
            self.put(page.place, "\n\n".join(out))
        self.put("index.md", self.index(laid))
        return len(laid) + 1

    def index(self, laid):
        out = ["# Reference", "Every public name of the library, by floor, from the comments of its headers. "
               "A header is included as `<gradzoo/...>`; [gradzoo.h](gradzoo.md) brings the engine and the layers "
               "in one. "
               "Names are in the namespace `gradzoo`. Headers that only stand behind others are left out, and so are "
               "the families of models: they are had by name, from the registry."]
        for floor, what in FLOORS.items():
            out += [f"## {floor}", what]
            rows = []
            for page, headings in laid:
                if page.place.split("/")[0].removesuffix(".md") != floor:
                    continue
                names = [f"[{heading}]({page.place}#{anchor})" if re.fullmatch(r"[\w:, ]+", heading) else
                         f"[`{heading}`]({page.place}#{anchor})"
                         for level, heading, anchor, group in headings
                         if isinstance(group, list) and level == 2 + (len(page.headers) > 1)]
                rows.append(f"- [{page.title}]({page.place}): {', '.join(names)}")
            out.append("\n".join(rows))
        return "\n\n".join(out)

    def put(self, place, text):
        path = self.out / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


def closure(texts, first):
    """The headers that one brings."""
    found, left = set(), [first]
    while left:
        path = left.pop()
        if path not in found and path in texts:
            found.add(path)
            left += re.findall(r'#include "([^"]+)"', texts[path])
    return found


def write(headers, out):
    return Writer(out, lay_out(headers)).write()
