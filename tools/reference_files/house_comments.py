#!/usr/bin/env python3
"""Doxygen's INPUT_FILTER: says in Doxygen's words which comment of a header belongs to which declaration.

The house writes comments for people: `///` above a declaration, for it and the overloads that follow; `// meaning`
behind one; and `//`, or `/// Each ...`, above a group of declarations that no blank line parts, for those without a
comment of their own. Doxygen knows none of that. So each declaration gets its text as one Doxygen comment in front of
it, on its line, and every other comment goes: lines keep their numbers, and warnings are right about them. The text is
passed as it stands (in \\verbatim, kNewline for a line's end), so that `x' W_k t <= *p` means nothing to Doxygen;
tools/reference renders it.

    house_comments.py header.h            # what Doxygen reads
    house_comments.py --groups header.h   # which declarations share the comment of one above them
"""
import re
import sys

kNewline = "\u2424"
kRaw = re.compile(r'R"([^(\s]*)\(')
kAccess = re.compile(r"(public|private|protected)\s*:(?!:)")
kScope = re.compile(r"^(?:template\s*)?(?:requires\b.*>\s*)?(class|struct|union|enum)\b[^=()]*$", re.S)
# Not to be documented: they name nothing new.
kNameless = re.compile(r"^(namespace|using namespace|friend|static_assert|extern template|template\s+\w|"
                       r"(?:template\s*<.*>\s*)?(?:class|struct|enum class|enum)\s+[\w:]+(\s*:\s*\w+)?\s*;)", re.S)
kOutside = re.compile(r"^[^=(]*?\b\w+::~?(\w+|operator\S+)\(", re.S)  # Tensor::size() {...}


def split_comments(text):
    """(code, comments): the same text with comments blanked out and literals' insides replaced, and
    {line: (column, words)}."""
    code, comments, i, line, start = [], {}, 0, 0, 0
    while i < len(text):
        two = text[i:i + 2]
        if two == "//":
            end = text.find("\n", i)
            end = len(text) if end < 0 else end
            words = text[i:end]
            comments[line] = (i - start, re.sub(r"^///?<? ?", "", words), words.startswith("///"))
            code.append(" " * len(words))
            i = end
        elif two == "/*":
            end = text.index("*/", i) + 2
            code.append(re.sub(r"[^\n]", " ", text[i:end]))
            i = end
        elif (raw := kRaw.match(text, i)) and not (i and text[i - 1].isalnum()):
            end = text.index(f"){raw[1]}\"", i) + len(raw[1]) + 2
            code.append(re.sub(r"[^\n]", "_", text[i:end]))
            i = end
        elif text[i] == '"' or (text[i] == "'" and not (i and text[i - 1].isalnum())):
            end = i + 1
            while text[end] != text[i]:
                end += 2 if text[end] == "\\" else 1
            code.append(text[i] + "_" * (end - i - 1) + text[i])
            i = end + 1
        else:
            code.append(text[i])
            i += 1
        newlines = "".join(code[-1:]).count("\n")
        if newlines:
            line += newlines
            start = i
    return "".join(code), comments


def bare(text):
    """A declaration without template arguments and attributes."""
    text = re.sub(r"\[\[.*?\]\]|\balignas\(\w+\)", "", text)
    while (shorter := re.sub(r"<[^<>]*>", "", text)) != text:
        text = shorter
    return text.strip()


def scope_of(text):
    return kScope.match(bare(text))


def name_of(text):
    """What a function's declaration declares; of anything else its text."""
    head = re.match(r"(?:template\s*<[^()]*?>\s*)?(?:requires[^;{]*?>\s)?[^()=]*?(\boperator\s*\S+?|\w+)\s*\(", text,
                    re.S)
    return head[1] if head else text


def without_comments(text, code):
    """The text with literals as they are, and its comments blanked out as in `code`."""
    return "\n".join(old[:len(new.rstrip())] + " " * (len(old) - len(new.rstrip()))
                     for old, new in zip(text.split("\n"), code.split("\n")))


class Declaration:
    def __init__(self, begin, scope):
        self.begin, self.end, self.scope, self.text, self.own, self.shared = begin, begin, scope, "", "", False
        self.close = None  # of a class or enum: where its last brace is
        self.section = ""  # what stands above it for a group of which it is the first
        self.body = None   # of a function that is defined here: where its first brace is


def declarations(code):
    """Every declaration in a namespace, class or enum, in order; (kind, its Declaration) is the scope of each."""
    found, scopes, begin, depth, i = [], [("namespace", None)], None, 0, 0

    def finish(end, body=None):
        nonlocal begin
        if begin is not None:
            one = Declaration(begin, scopes[-1])
            one.end, one.body, one.text = end, body, code[begin:end + 1].strip()
            found.append(one)
        begin = None

    while i < len(code):
        c = code[i]
        if c == "#" and not code[code.rfind("\n", 0, i) + 1:i].strip():  # a preprocessor line
            while (end := code.find("\n", i)) >= 0 and code[end - 1] == "\\":
                i = end + 1
            i = len(code) if end < 0 else end
            continue
        if begin is None and not c.isspace() and c not in "};,":
            access = kAccess.match(code, i)
            if access:
                i = access.end()
                continue
            begin = i
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif c == "{" and depth == 0:
            head = code[begin:i].strip() if begin is not None else ""
            scope = scope_of(head)
            if head.startswith("namespace") or head.startswith("extern"):
                begin = None
                scopes.append(("namespace", None))
            elif scope:
                finish(i)
                found[-1].text = head
                scopes.append((scope[1], found[-1]))
            else:
                inside, k = 1, i + 1
                while inside:
                    inside += {"{": 1, "}": -1}.get(code[k], 0)
                    k += 1
                body = re.search(r"(\)|\}|\b(const|noexcept|override|final|try|do|else)|->[^;{}]*)$", head)
                if scopes[-1][0] == "enum" or not body or re.search(r"=\s*$", head):
                    i = k  # an initialiser: the declaration goes on
                    continue
                following = code[k:k + 200].lstrip()
                if following[:1] == "," or (following[:1] == "{" and head.count("(")):
                    i = k  # in a constructor's list of members
                    continue
                finish(k - 1, i)
                i = k
                continue
        elif c == "{":
            inside, i = 1, i + 1
            while inside:
                inside += {"{": 1, "}": -1}.get(code[i], 0)
                i += 1
            continue
        elif c == "}":
            finish(i - 1)
            opened = scopes.pop()[1]
            if opened:
                opened.close = i
        elif c == ";" and depth == 0:
            finish(i)
        elif c == "," and depth == 0 and scopes[-1][0] == "enum":
            finish(i)
        i += 1
    return found


def described(text):
    """(declarations with their `own` texts, the file's text)."""
    code, comments = split_comments(text)
    lines = code.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    line_of = lambda offset: code.count("\n", 0, offset)
    alone = lambda n: n in comments and not lines[n].strip()

    def above(n):  # the comment that ends in line n - 1, if it stands alone
        words, first = [], n
        while first > 0 and alone(first - 1) and not continued(first - 1):
            first -= 1
        return "\n".join(comments[k][1] for k in range(first, n))

    def continued(n):  # a trailing comment that goes on below itself, in its column
        k = n
        while alone(k) and comments[k][0] == comments[n][0]:
            k -= 1
        return k != n and k in comments and not alone(k) and comments[k][0] == comments[n][0]

    found, used, last = declarations(code), -1, {}
    for one in found:
        first, end = line_of(one.begin), line_of(one.end)
        opens_line = not code[starts[first]:one.begin].strip()
        heading = above(first) if opens_line and first > used else ""
        behind = []
        for k in range(max(first, used + 1), end + 1):
            if k in comments and not alone(k) and (k < end or not code[one.end + 1:starts[k + 1] - 1].strip(" ;,})")):
                behind.append(comments[k][1])
                while k + 1 in comments and continued(k + 1):
                    k += 1
                    behind.append(comments[k][1])
        if one.close and line_of(one.close) == first and first in comments:
            behind = [comments[first][1]]
        if one.scope[1] and line_of(one.scope[1].close) == first:  # a line that is all of an enum or struct
            behind = []
        body = code.find("{", one.begin, one.end)
        if behind and body >= 0 and line_of(body) < end:  # of statements, within
            behind = []
        plain = heading and not comments[first - 1][2]
        following = next((other for other in found if other.begin > one.end and other.scope == one.scope), None)
        of_group = plain and following and line_of(following.begin) == end + 1
        one.section = heading if of_group else ""
        one.own = "\n".join(filter(None, ["" if of_group and behind else heading, " ".join(behind)]))
        scope = id(one.scope[1])
        name = name_of(one.text)
        if heading:
            of_all = not comments[first - 1][2] or heading.startswith("Each ")
            last[scope] = (end, heading, name, of_all)
        elif scope in last and first <= last[scope][0] + 1 and opens_line:
            _, words, named, of_all = last[scope]
            last[scope] = (end, words, named, of_all)
            if not one.own and (of_all or name == named) and not re.search(r"\boverride\b", one.text):
                one.own, one.shared = words, True
        else:
            last.pop(scope, None)
            inherits = one.scope[1]
            if not one.own and inherits and line_of(inherits.begin) == first:
                one.own, one.shared = inherits.own, True
        used = max(used, first if scope_of(one.text) else end)
    # The text of the file: above its namespace, or the first thing in it.
    whole = ""
    for n, line in enumerate(lines):
        if line.startswith("namespace") or (line.startswith("#") and "pragma" not in line):
            whole = above(n)
            if whole:
                break
        if line.startswith("namespace"):
            break
    return code, found, whole


def special(one):
    """Copying, moving, destroying: what the compiler would write, unless a comment says more."""
    text = re.sub(r"\s+", " ", one.text)
    if re.match(r"^(virtual )?~|using (\w+)::\2;", text) or re.search(r"= delete;$", text):
        return True
    if re.search(r"= default;$", text):
        return not one.own or one.shared
    name = one.scope[1] and re.search(r"(?:class|struct)\s+(\w+)", one.scope[1].text)
    if not name:
        return False
    name = name[1]
    return bool(re.match(rf"^(constexpr )?{name}\((const )?{name}(&&?)( \w+)?\)", text) or
                re.match(rf"^{name}& operator=\((const )?{name}(&&?)?( \w+)?\)", text))


# What a name means wherever it stands, unless a comment says more: it is said here once.
kConventions = [
    (r"^void describe\w*\(OptionTable&", "Names each field in a table of options (base/options.h)."),
    (r"^explicit operator bool\(\) const", "Whether it is well: `ok`, or something is held."),
    (r"^(?:const )?SamplerEntry&? \w+_entry\(\)", "Its line in the list of samplers (samplers/registry.h)."),
]


def convention(one):
    return next((words for pattern, words in kConventions if re.match(pattern, one.text)), "")


def one_each(text):
    """`T a = 1, b;` as `T a = 1;` and `T b;`, since Doxygen's comment is of one name. The text alone where it is no
    such list."""
    parts, depth, begin = [], 0, 0
    for i, c in enumerate(text):
        if c in "<([{":
            depth += 1
        elif c in ")]}" or (c == ">" and text[i - 1] != "-"):
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[begin:i])
            begin = i + 1
    first = parts and re.match(r"^((?:[^<>=(){}]|<[^;={}]*>)+?[\s&*])(\w+\s*(?:[={\[].*)?)$", parts[0], re.S)
    if not first or not text.endswith(";"):
        return [text]
    return [f"{part};" for part in [parts[0]] + [first[1] + name.lstrip() for name in parts[1:] + [text[begin:-1]]]]


def filtered(text):
    code, found, whole = described(text)
    out = without_comments(text, code)
    for one in sorted(found, key=lambda one: -one.begin):
        one.own = one.own or convention(one)
        # What overrides without a word does as its base says.
        if one.close and "fmt::formatter" in one.text:
            one.end = one.close + 1
            gone = re.sub(r"[^\n]", " ", out[one.begin:one.end + 1])
            out = out[:one.begin] + gone + out[one.end + 1:]
        elif special(one) or not one.own and re.search(r"\boverride\b", one.text):
            gone = re.sub(r"[^\n]", " ", out[one.begin:one.end + 1])
            out = out[:one.begin] + gone + out[one.end + 1:]
        elif one.own and not kNameless.match(one.text) and not kOutside.match(bare(one.text.split("{")[0])):
            comment = f"/** \\verbatim {one.own.replace(chr(10), kNewline)} \\endverbatim */ "
            text_of = out[one.begin:one.end + 1]
            several = one_each(text_of) if one.scope[0] != "enum" and not scope_of(one.text) else [text_of]
            new = " ".join(comment + each for each in several)
            out = out[:one.begin] + new + "\n" * (text_of.count("\n") - new.count("\n")) + out[one.end + 1:]
    words = whole.replace("\n", kNewline) or " "
    return f"{out}\n/** \\file\n \\verbatim {words} \\endverbatim */\n"


def main(arguments):
    with open(arguments[-1], encoding="utf-8") as file:
        text = file.read()
    if arguments[0] == "--groups":
        for one in described(text)[1]:
            if one.shared and not special(one) and not kNameless.match(one.text):
                print(f"{arguments[-1]}: {' '.join(one.text.split())[:70]}\n      | {one.own.strip().splitlines()[:1]}")
        return
    sys.stdout.write(filtered(text))


if __name__ == "__main__":
    main(sys.argv[1:])
