"""What Doxygen has found: each header's public names, with their declarations as the header writes them."""

import re
import textwrap
import xml.etree.ElementTree as ElementTree

import house_comments


class Header:
    def __init__(self, path, text, whole):
        self.path, self.text, self.whole, self.names = path, text, whole, []


class Name:
    """A class, function, enum, alias or constant; `members` of a class or enum."""

    def __init__(self, name, kind, line, declaration, text, protected=False):
        self.name, self.kind, self.line, self.declaration, self.text = name, kind, line, declaration, text
        self.protected, self.members, self.section = protected, [], ""


def text_of(element):
    """The comment, as the header has it."""
    found = [each.text or "" for place in ("briefdescription", "detaileddescription")
             for each in element.findall(f"{place}//verbatim")]
    return "\n\n".join(filter(None, (each.strip(" ").replace(house_comments.kNewline, "\n") for each in found)))


def without_body(code, one):
    """A declaration as a user reads it: no body, no list of initialisers, the header's own line breaks."""
    end = one.body if one.body is not None else one.end
    begin = code.rfind("\n", 0, one.begin) + 1
    text = textwrap.dedent(" " * (one.begin - begin) + code[one.begin:end]).strip().rstrip(";").strip()
    depth = 0
    for i, c in enumerate(text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(c, 0)
        if c == ":" and depth == 0 and text[i - 1] != ":" and text[i + 1] != ":" and ")" in text[:i]:
            text = text[:i].strip()
            break
    return re.sub(r"^inline (?!constexpr)|^constexpr (?=.*\()", "", re.sub(r"[ \t]+\n", "\n", text)) + ";"


class Source:
    """A header's text, where the declaration of a name is looked up by its line."""

    def __init__(self, text):
        code, self.found, self.whole = house_comments.described(text)
        self.code = house_comments.without_comments(text, code)
        self.lines = [(self.code.count("\n", 0, one.begin) + 1, self.code.count("\n", 0, one.end) + 1)
                      for one in self.found]

    def declaration(self, name, line):
        for one, (first, last) in zip(self.found, self.lines):
            if one.close is None and first <= line <= last and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", one.text):
                several = house_comments.one_each(self.code[one.begin:one.end + 1])
                mine = [each for each in several if re.search(rf"\b{name}\b", each)] if len(several) > 1 else []
                return mine[0].strip() if mine else without_body(self.code, one)
        return ""

    def section(self, line):
        return next((one.section for one, (first, last) in zip(self.found, self.lines) if first <= line <= last), "")

    def head(self, line):
        """Of a class or enum."""
        for one, (first, last) in zip(self.found, self.lines):
            if one.close is not None and first <= line <= last:
                return " ".join(one.text.split())
        return ""


def read(root, xml):
    headers, sources = {}, {}

    def source_of(path):
        if path not in sources:
            sources[path] = Source((root / path).read_text())
            headers[path] = Header(path, (root / path).read_text(), sources[path].whole)
        return sources[path]

    def place(element):
        at = element.find("location")
        return at.get("declfile") or at.get("file"), int(at.get("declline") or at.get("line"))

    def named(member, prefix):
        path, line = place(member)
        kind, name = member.get("kind"), member.findtext("name")
        source = source_of(path)
        if kind == "enum":
            made = Name(prefix + name, "enum", line, source.head(line), text_of(member))
            for value in member.findall("enumvalue"):
                own = text_of(value)
                made.members.append(Name(value.findtext("name"), "value", line, value.findtext("name"),
                                         "" if own == made.text else own))
        else:
            made = Name(prefix + name, kind, line, source.declaration(name, line), text_of(member),
                        member.get("prot") == "protected")
        return path, made

    for file in sorted(xml.glob("*.xml")):
        compound = ElementTree.parse(file).getroot().find("compounddef")
        kind = compound.get("kind") if compound is not None else ""
        if kind == "file" and compound.find("location").get("file").endswith(".h"):
            source_of(compound.find("location").get("file"))
        if kind not in ("class", "struct", "union", "namespace"):
            continue
        full = re.sub(r"\s+", "", compound.findtext("compoundname")).partition("<")[0]
        full = full.removeprefix("gradzoo").removeprefix("::")
        members = [each for each in compound.findall("sectiondef/memberdef") if each.get("prot") != "private"]
        if kind == "namespace":
            for member in members:
                path, made = named(member, f"{full}::" if full else "")
                made.section = source_of(path).section(made.line)
                headers[path].names.append(made)
            continue
        path, line = place(compound)
        if not source_of(path).head(line):  # named here, and defined elsewhere
            continue
        of_class = Name(full, kind, line, source_of(path).head(line), text_of(compound))
        for member in members:
            where, made = named(member, "")
            if made.kind == "enum":
                made.name = f"{full}::{made.name}"
                headers[where].names.append(made)
            else:
                of_class.members.append(made)
        of_class.members.sort(key=lambda each: each.line)
        headers[path].names.append(of_class)
    for header in headers.values():
        header.names.sort(key=lambda each: each.line)
    return [headers[path] for path in sorted(headers)]
