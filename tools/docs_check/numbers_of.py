"""Numbers, keys and options that pages state and the program knows.

CLAIMS are sentences with numbers in them: a page, its words with a group for each number, and where the program says
them. A claim whose words have left the page is a failure too, so that the list keeps pace with the pages.
"""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORDS = ("none one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
         "eighteen nineteen twenty").split()
# Options of other programs that pages name.
OTHERS = {"--prefix", "--preset", "--build", "--test-dir", "--install", "--oversubscribe", "--map-by", "--mca", "--bind-to"}


def number(text):
    text = text.lower().replace(",", "")
    if text in WORDS:
        return float(WORDS.index(text))
    return float({"thirty": "30", "quarter": ".25"}.get(text, text))


class Known:
    """What the program says of itself."""

    def __init__(self, shop):
        self.shop, self.settings = shop, {}

    def setting(self, key, model, *words):
        """The default of a setting of `gradzoo train MODEL words...`."""
        text = self.shop.ask("gradzoo", "train", model, *words, "--help").stdout
        found = re.search(rf"^  {key} +(\S+)", text, re.MULTILINE)
        return found.group(1) if found else "no such setting"

    def option(self, option, *words):
        """The default that the help of a command gives to an option."""
        text = self.shop.ask("gradzoo", *words, "--help").stdout
        found = re.search(rf"^ +{option}[ ,].*?\(default: (\S+?)[,)\s]", text, re.MULTILINE)
        return found.group(1) if found else "no such option"

    def knob(self, lab, key):
        found = re.search(rf"^  {key} +(\S+)", self.shop.ask("gradzoo", "lab", lab, "--knobs").stdout, re.MULTILINE)
        return found.group(1) if found else "no such knob"

    def count(self, what):
        return len(json.loads(self.shop.ask("gradzoo", "list", what, "--json").stdout)[what])

    def noise(self, toy):
        return re.search(rf"^  {toy} .*noise: [^,]*, ([\d.]+)", self.shop.ask("gradzoo", "list", "toys").stdout,
                         re.MULTILINE).group(1)

    def answers(self, page):
        return (ROOT / page).read_text().count("\n### ")

    def zoo(self):
        return json.loads(self.shop.ask("gradzoo", "zoo", "--json").stdout)


CLAIMS = [
    ("README.md", r"course start mine +# build the tape yourself: (\w+) steps", lambda k: (len(list(
        (ROOT / "course/pages").glob("*.md"))),)),
    ("docs/zoo.md", r"README's table\]\([^)]*\), (\w+) in ([\d.]+) MB", lambda k: (
        len(k.zoo()), f"{sum(run['bytes'] for run in k.zoo()) / 1e6:.1f}")),
    ("docs/README.md", r"\| (\w+) runs that come trained", lambda k: (len(k.zoo()),)),
    ("docs/README.md", r"\| (\w+) answers, found by task", lambda k: (k.answers("docs/how-do-i.md"),)),
    ("docs/own-net.md", r"Each of (\d+) ops", lambda k: (k.count("ops"),)),
    ("docs/vae.md", r"a mixture of (\d+) Gaussians with full", lambda k: (k.setting("components", "vae"),)),
    ("docs/diffusion.md", r"`ddpm` \| cosine.*\| ddim, (\d+) steps", lambda k: (k.setting("sample_steps", "ddpm"),)),
    ("docs/diffusion.md", r"langevin, (\w+) steps a level", lambda k: (k.setting("level_repeats", "ncsn"),)),
    ("docs/rbm.md", r"the default of ([\d,]+) temperatures", lambda k: (k.setting("ais_temperatures", "rbm"),)),
    ("docs/flow-matching.md", r"after the default ([\d,]+) steps", lambda k: (
        k.setting("steps", "flow-matching", "--data", "ring8"),)),
    ("docs/flow-matching.md", r"MNIST by class, (\w+) epochs", lambda k: (k.setting("epochs", "flow-matching"),)),
    ("docs/classifier.md", r"MNIST, (\d+) epochs of 3x3", lambda k: (k.setting("epochs", "classifier"),)),
    ("docs/classifier.md", r"Batches have (\d+)\s+images", lambda k: (k.setting("batch", "classifier"),)),
    ("docs/diffusion.md", r"after the default (\w+) epochs", lambda k: (k.setting("epochs", "ddpm"),)),
    ("docs/dae.md", r"784-(\d+)-\d+-784, sigma ([.\d]+), (\w+) epochs", lambda k: (
        k.setting("hidden", "dae").split(",")[0], k.setting("sigma", "dae"), k.setting("epochs", "dae"))),
    ("docs/made.md", r"784-(\d+)-784 on binarised MNIST, (\d+) epochs", lambda k: (
        k.setting("hidden", "made"), k.setting("epochs", "made"))),
    ("docs/realnvp.md", r"--data mnist +# (\w+) epochs", lambda k: (k.setting("epochs", "realnvp"),)),
    ("docs/rbm.md", r"784-(\d+) on binarised", lambda k: (k.setting("hidden", "rbm"),)),
    ("docs/c2st.md", r"reach T\) / (\d+)", lambda k: (int(k.option("--permutations", "c2st")) + 1,)),
    ("course/pages/6-learn.md", r"in a ring, ([\d,]+) steps of", lambda k: (k.option("--steps", "course"),)),
    ("docs/serve.md", r"http://127.0.0.1:(\d+)/", lambda k: (k.option("--port", "serve"),)),
    ("docs/labs.md", r"three seeds of ([\d,]+) steps each", lambda k: (k.knob("mode-collapse", "steps"),)),
    ("docs/labs.md", r"After (\d+) steps the mean error of D", lambda k: (k.knob("optimal-discriminator", "steps"),)),
    ("docs/labs.md", r"Chains take (\d+) steps with four", lambda k: (k.knob("noise-levels", "walk_steps"),)),
    ("docs/labs.md", r"every objective of .*, (\d+) steps each", lambda k: (k.knob("score-matching", "steps"),)),
] + [("docs/toys.md", rf"^\| `{toy}` \|.*\| s, ([\d.]+)", (lambda name: lambda k: (k.noise(name),))(toy))
     for toy in ("gaussian", "mixture", "ring8", "grid25", "two-moons")]


def same(stated, known):
    try:
        return abs(number(str(stated)) - number(str(known))) < 1e-9
    except ValueError:
        return str(stated) == str(known)


def check(read, root, shop, note, report):
    known = Known(shop)
    for page in read:
        text = "\n".join(page.lines)
        for name, words, ask in CLAIMS:
            if name == page.name and root == ROOT:
                claim(page, text, words, ask, known, note, report)
        for marker in re.finditer(r"<!-- number: (\S+) of ([\w-]+)(?: on ([\w-]+))? -->", text):
            numbered(page, text, marker, known, note, report)
        settings_in_prose(page, shop, note, report)
        if page.name == "README.md" and root == ROOT:
            zoo_table(page, known, note, report)


def claim(page, text, words, ask, known, note, report):
    found = re.search(words, text, re.MULTILINE)
    if not found:
        return report(page.name, 1, f"number: /{words}/", "no such words", "them, or another claim in numbers_of.py")
    line = text.count("\n", 0, found.start()) + 1
    told = ask(known)
    if told:
        note(page.name, line, "number", " ".join(found.group(0).split())[:80])
    for stated, value in zip(found.groups(), told):
        if not same(stated, value):
            report(page.name, line, f"number in `{found.group(0)[:60]}`", stated, str(value))


def numbered(page, text, marker, known, note, report):
    """`number: KEY of MODEL on DATA`: the line above the comment holds the default of this setting."""
    key, model, data = marker.groups()
    line = text.count("\n", 0, marker.start())
    value = known.setting(key, model, *(["--data", data] if data else []))
    note(page.name, line, "number", f"{key} of {model}")
    stated = re.findall(r"(?<![\w.])\d[\d,]*\.?\d*|(?<!\d)\.\d+|[a-z]+", page.lines[line - 1])
    if not any(same(word.rstrip(",."), value) for word in stated):
        report(page.name, line, f"number: {key} of {model}", page.lines[line - 1].strip()[:80], value)


def catalogue(shop):
    """Every setting with its choices, None where any value goes; and every option."""
    settings, options = {}, set(OTHERS)
    texts = [shop.ask("gradzoo", "train", model, "--help").stdout for model in shop.models()]
    commands = re.findall(r"^  ([a-z0-9]+) ", shop.ask("gradzoo", "--help").stdout, re.MULTILINE)
    texts += [shop.ask("gradzoo", command, "--help").stdout for command in commands]
    texts += [shop.ask("gradzoo", "data", word, "--help").stdout for word in ("check", "convert")]
    texts.append(shop.ask("gradzoo", "--help").stdout)
    for text in texts:
        options |= set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
        last = None
        for line in text.split("\n"):
            row = re.match(r"  ([a-z][a-z_]*) +\S", line)
            choices = re.match(r" +one of: (.*)", line)
            if row:
                last = row.group(1)
                settings.setdefault(last, []).append(None)
            elif choices and last:
                settings[last][-1] = {word.strip() for word in choices.group(1).split(",")}
    labs = re.findall(r"^  ([a-z-]+) ", shop.ask("gradzoo", "list", "labs").stdout, re.MULTILINE)
    for key in [knob for lab in labs for knob in shop.knobs(lab)]:
        settings.setdefault(key, []).append(None)
    return settings, options


def settings_in_prose(page, shop, note, report):
    if not hasattr(shop, "catalogue"):
        shop.catalogue = catalogue(shop)
    settings, options = shop.catalogue
    text = re.sub(r"^```.*?^```", lambda m: re.sub(r"[^\n]", " ", m.group(0)), "\n".join(page.lines),
                  flags=re.MULTILINE | re.DOTALL)
    count = 0
    for code in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text):
        said, line = " ".join(code.group(1).split()), text.count("\n", 0, code.start()) + 1
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", said):
            if said.startswith(("gradzoo", "--")):
                count += 1
                if option not in options and option not in ("--man", "--complete") and not any(word in said for word in ("brightness",)):
                    report(page.name, line, f"`{said}`", f"no option {option}", "an option of some command")
        for asked, key, value in re.findall(r"(?:^|\s)(--set )?([a-z][a-z_]*)=([\w.,:-]+)", said):
            if said.startswith(("ctest", "cmake", "gradzoo brightness", "gradzoo explain", "gradzoo sample RUN --sampler mine")):
                continue
            if key not in settings:
                if asked:
                    report(page.name, line, f"`{said}`", f"no setting {key}", "a setting of some model")
                continue
            count += 1
            choices = settings[key]
            if all(choice is not None for choice in choices) and not any(value in choice for choice in choices):
                report(page.name, line, f"`{said}`", f"{key} is never {value}", ", ".join(sorted(set().union(*choices))))
    if count:
        note(page.name, 0, "page of settings", f"{count} options and settings in prose")


def zoo_table(page, known, note, report):
    """The README's table and the zoo tell the same digit-FID where both are made by one command."""
    for run in known.zoo():
        line = next((n for n, row in enumerate(page.lines, 1) if f"docs/images/zoo/{run['name'].split('/')[-1]}.png" in row), 0)
        if not line:
            report(page.name, 1, f"table of the zoo: {run['name']}", "no row", "a row")
            continue
        row = page.lines[line - 1].split("|")
        card = json.loads((ROOT / "zoo" / run["name"].split("/")[-1] / "card.json").read_text())
        if f"`{card['command']}`" not in row[-2]:
            continue
        whole, told = card["of_32_bits"]["digit_fid"], re.match(r" (\d+) ± (\d+)", row[4])
        note(page.name, line, "number", f"digit-FID of {run['name']}")
        if not told or abs(int(told.group(1)) - whole["value"]) > 0.51:
            report(page.name, line, f"digit-FID of {run['name']}", row[4].strip(), f"{whole['value']:.0f} of the zoo's card")
