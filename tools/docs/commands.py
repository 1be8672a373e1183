"""For tools/check_docs: a page's commands, run in a folder of its own in the page's order."""
import gzip
import itertools
import json
import os
import re
import shlex
import shutil
import signal
import struct
import subprocess
import threading
import urllib.request
import zlib

PATIENCE = 5  # seconds, after which a command that prints nothing that is compared has begun well
LIMIT = 150  # of the others, and of trainings, whose runs later commands need
LONG = r"gradzoo (verify|bench|doctor|gradcheck( --\S+)*$|course (train|grade))"  # begun in two seconds
OPERATORS = {"|", ">", ">>", "2>&1", "<"}
# Settings of trainings, and knobs of labs, that make them long.
FEW = {"train": {"components": 5, "importance_samples": 10, "chain_steps": 5, "sample_steps": 5, "ais_chains": 5,
                 "ais_temperatures": 20},
       "lab": {"steps": 40, "trials": 40, "epochs": 1, "images": 100, "draws": 100, "chains": 50, "walk_steps": 20,
               "samples": 50, "half_way": 10, "batches": 10, "looks": 4, "seeds": 1, "early_steps": 5,
               "sizes": "30,100"}}
# What a word in capitals stands for: a run by what is asked of it, or something of the kind.
RUNS = {"compose": "ebm", "denoise": "ebm", "anomaly": "ebm", "inpaint": "ebm", "logz": "rbm", "--sampler": "ebm",
        "flip": "rbm", "gibbs": "rbm", "--label": "ddpm"}
NAMES = {"lab": "coin", "gradcheck": "exp", "verify": "autodiff.hessian_trace", "explain": "square-sine",
         "bench": "tape_overhead", "sample": "mala"}
WORDS = {"ROW": "autodiff.hessian_trace", "OP": "exp", "MODEL": "vae", "EXAMPLE": "square-sine", "LAB": "coin",
         "ADDRESS": "127.0.0.1", "STEP": "1", "FILE": "runs/vae-1/config.toml"}


def make_digits(root, folder):
    """MNIST's first images, 8 x 8: every third pixel."""
    places = [28 * (3 + 3 * row) + 2 + 3 * column for row in range(8) for column in range(8)]
    folder.mkdir(parents=True)
    for part, count in (("train", 400), ("t10k", 400)):
        images = gzip.open(root / f"datasets/mnist/{part}-images-idx3-ubyte.gz").read(16 + 784 * count)[16:]
        labels = gzip.open(root / f"datasets/mnist/{part}-labels-idx1-ubyte.gz").read(8 + count)[8:]
        small = bytes(images[784 * image + place] for image in range(count) for place in places)
        for name, head, data in (("images-idx3", struct.pack(">IIII", 0x803, count, 8, 8), small),
                                 ("labels-idx1", struct.pack(">II", 0x801, count), labels)):
            (folder / f"{part}-{name}-ubyte.gz").write_bytes(gzip.compress(head + data, 1))


def make_picture(path, size, seed):
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes((seed * 37 + x * (5 + c) + y * (9 - c)) % 256 for x in range(size) for c in range(3))
                    for y in range(size))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_points(path, count=1000):
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, 2), }}".ljust(117) + "\n"
    numbers = [(i * 7919) % 1000 / 500 - 1 for i in range(2 * count)]
    path.write_bytes(b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode() +
                     struct.pack(f"<{2 * count}f", *numbers))


class Supplies:
    """What all pages share: the program, the data, and runs of two steps, each made once."""

    def __init__(self, root, build, work, report, note):
        self.root, self.build, self.work, self.report, self.note = root, build, work, report, note
        make_digits(root, work / "data/mnist")
        for label in "ab":
            (work / "pictures" / label).mkdir(parents=True)
            for number in range(60):
                make_picture(work / "pictures" / label / f"{number}.png", 32, number + ord(label))
        self.environment = dict(os.environ, PATH=f"{work}/prefix/bin:{os.environ['PATH']}", HOME=str(work),
                                OMP_NUM_THREADS="1",
                                XDG_CACHE_HOME=f"{work}/cache", GRADZOO_DATA=f"{work}/data", OMP_WAIT_POLICY="passive",
                                OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        self.lock, self.asked = threading.Lock(), {}
        self.models = [row["name"] for row in json.loads(self.ask("gradzoo", "list", "models", "--json"))["models"]]
        self.stock("vae")

    def ask(self, *words):
        """What a quick command prints, asked once."""
        if words not in self.asked:
            self.asked[words] = subprocess.run(words, env=self.environment, capture_output=True, text=True,
                                               cwd=self.work).stdout
        return self.asked[words]

    def few(self, words, *ask):
        """The --set pairs that make a training or a lab short."""
        keys = set(re.findall(r"^  ([a-z_]+) ", self.ask("gradzoo", *ask), re.M))
        keys -= {word.partition("=")[0] for word in words}
        return [word for key, value in FEW[ask[0]].items() if key in keys for word in ("--set", f"{key}={value}")]

    def stock(self, model):
        folder = self.work / "runs" / model
        with self.lock:
            if not folder.exists():
                words = ["gradzoo", "train", model, "--steps", "2", "--out", str(folder)]
                words += ["--data", "ring8"] if model in ("nce", "cnce", "fce") else []
                subprocess.run(words + self.few(words, "train", model, "--help"), env=self.environment,
                               capture_output=True)
        return folder

    def solve(self, folder):
        solution = (self.root / "tests/course/solution.txt").read_text()
        for edit in re.split(r"^== ", solution, flags=re.M)[1:]:
            name, *changes = re.split(r"\n(?:file .*\n)?from ", edit.rstrip("\n"))
            text = (self.root / "course/skeleton" / name).read_text()
            for change in changes:
                text = text.replace(*change.split("\nto "), 1)
            (folder / name).write_text(text)


class Run:
    def __init__(self, page, shop):
        self.count = itertools.count()
        self.page, self.shop, self.words, self.leave = page, shop, dict(WORDS), []
        self.folder = folder = shop.work / "pages" / re.sub(r"\W", "_", page.name)
        (folder / "runs").mkdir(parents=True)
        (folder / "build").mkdir()
        (folder / "build/release").symlink_to(shop.build)
        (folder / "DIR").symlink_to(folder / "runs")
        shutil.copytree(shop.root / "docs", folder / "docs", ignore=shutil.ignore_patterns("images"))
        subprocess.run(["chmod", "-R", "u+w", folder / "docs"], check=True)  # which the source need not be
        for name in ("FOLDER", "cats", "pictures"):
            (folder / name).symlink_to(shop.work / "pictures")
        make_points(folder / "points.npy")
        for name in ["learner"] * page.name.startswith("course/") + ["class/anna"] * ("course grade" in page.text):
            subprocess.run(["gradzoo", "course", "start", name], cwd=folder, env=shop.environment, capture_output=True)
        if page.name.startswith("course/"):
            self.folder = folder / "learner"
            shop.solve(self.folder)

    def all(self):
        for part in self.page.parts:
            said = part.lines[0]
            if part.kind == "inline":
                self.line(part, part.line, said, None)
            elif part.kind == "block" and part.holds_commands():
                self.block(part)
            elif part.kind == "setting" and said.startswith("not "):
                self.leave.append(said[4:].partition(": ")[0])
            elif said == "fresh":
                (self.folder / "runs").rename(self.folder / "runs-before")
                (self.folder / "runs").mkdir()
            elif part.kind == "setting" and said.startswith("before "):
                self.line(part, part.line, said[7:], None)
            elif part.kind == "setting" and re.match(r"[A-Z]\w*=\S+$", said):
                self.words.update([said.split("=", 1)])
            elif part.kind == "setting":
                self.shop.report(self.page, part.line, f"comment `{said}`", "directs nothing")

    def block(self, part):
        """Its commands, each with the lines that it prints where the block shows them."""
        shows, found = any(line.startswith("$ ") for line in part.lines), []
        for number, line in enumerate(part.lines, part.line):
            if found and found[-1][1].endswith("\\"):
                found[-1][1] = found[-1][1][:-1] + line.strip()
            elif shows and not line.startswith("$ "):
                found[-1][2].append(line.rstrip())
            elif line.strip() and line.strip()[0] != "#":
                found.append([number, line.removeprefix("$ ").strip(), []])
        for number, text, shown in found:
            self.line(part, number, text, "\n".join(shown).strip("\n").split("\n") if any(shown) else None)

    def line(self, part, number, text, shown):
        told = lambda did, what=text: self.shop.note(self.page, number, did, what)
        wrong = lambda came, what=text: self.shop.report(self.page, number, what, came)
        if part.said("not:") or "<Tab>" in text or text.startswith(("(cd ", *self.leave)):
            return told("left out")
        if not re.match(r"(\S+=\S+ )*[\w./-]+", text) or not part.holds_commands() and part.kind == "block":
            return wrong("no command")
        for each in re.split(r" && ", text):
            try:
                words = shlex.split(re.sub(r"\s\[(-[^\]]*)\]", r" \1", each), comments=True)
            except ValueError as error:
                return wrong(str(error))
            if re.search(r"(^|/)gradzoo(-mpi)?$|^mpirun$",
                         next((word for word in words if "=" not in word), "")):
                self.gradzoo(part, words, shown, told, wrong)
            else:
                self.other(words, each, told, wrong)

    def real(self, words):
        """The words with runs and names in place of what stands for them."""
        out, command = [], (words + ["", ""])[1]
        for word in words:
            word = self.words.get(word, word)
            if word == "...":
                if out[-1] == "--set":
                    out.pop()
                continue
            if word == "NAME":
                word = NAMES.get(command, "vae")
            elif command == "c2st" and re.match(r"RUN|A$|B$|runs/", word):
                word = "zoo/made" if out[-1] == "c2st" else "zoo/vae"
            elif command == "course" and word in ("RUN", "FOLDER"):
                word = "class"
            elif re.fullmatch(r"RUN\d?(\.\.\.)?", word):
                about = re.sub(r".*/|\.md$", "", self.page.name)
                asked = [model for key, model in RUNS.items() if key in words]
                model = "classifier" if out[-1] == "--classifier" else "score" if command == "compose" and \
                    "RUN" in words[:len(out)] \
                    else asked[-1] if asked else about if about in self.shop.models else "vae"
                model = "gan" if word == "RUN2" and out[-1] != "--classifier" else model
                made = sorted((self.folder / "runs").glob(f"{model}-*"), key=os.path.getmtime)
                word = f"runs/{made[-1].name if made else model + '-1'}"
            elif word.startswith("/usr/share/") and not os.path.exists(word):
                word = "FOLDER"
            run = re.match(r"runs/([a-z-]+?)(-\w+)?(?=/|$)", word)
            model = next((name for name in sorted(self.shop.models, key=len, reverse=True) if run and
                          run[0][5:].startswith(name)), None)
            if model and out[-1:] != ["--out"] and not (self.folder / run[0]).exists():
                shutil.copytree(self.shop.stock(model), self.folder / run[0])
            out.append(word)
        return out

    def gradzoo(self, part, words, shown, told, wrong):
        environment = dict(self.shop.environment)
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            environment[name] = value
        if words[0].endswith("/gradzoo"):
            words[0] = "gradzoo"
        if {"mpirun", "gradzoo-mpi"} & set(words) and not (self.shop.build / "gradzoo-mpi").exists():
            return told("left out", "built without MPI")
        at = next((n for n, word in enumerate(words) if word.startswith(("gradzoo", "examples/", "build/"))), 0)
        launcher, words = words[:at], words[at:]
        launcher = ["mpirun", "--oversubscribe", "-n", "2"] if launcher else []
        inline, asked = part.kind == "inline", list(words)
        words = self.real(words)
        command = (words + [""])[1]
        if words == ["mpirun"]:
            return told("named")
        if inline and len(words) == 2 and command not in ("list", "zoo", "lab", "course"):
            words.append("--help")  # in prose it names the command
        pipe = next((n for n, word in enumerate(words) if word in OPERATORS), len(words))
        words, rest = words[:pipe], words[pipe:]
        if "-n" in words[:-1]:  # no more than there are digits
            words[words.index("-n") + 1] = str(min(100, int(words[words.index("-n") + 1])))
        helps = {"--help", "--man", "--knobs"} & set(words)
        if command == "train" and not helps:
            while {"--epochs", "--steps"} & set(words):
                place = next(n for n, word in enumerate(words) if word in ("--epochs", "--steps"))
                del words[place:place + 2]
            words += ["--steps", "3" if "--resume" in words else "2"] if "--config" not in words else []
            model = next((word for word in words if word in self.shop.models), None)
            words += self.shop.few(words, "train", model, "--help") if model else []
            words += ["--out", f"runs/in-prose-{next(self.count)}"] \
                if inline and not {"--out", "--resume"} & set(words) else []
        elif command == "lab" and len(words) > 2 and not helps:
            words += self.shop.few(words, "lab", words[2], "--knobs")
        elif command == "serve" and not helps:
            return self.serve(words, told, wrong)
        if any(word.startswith("zoo/") for word in words) or command in ("c2st", "lab", "zoo", "data"):
            environment.pop("GRADZOO_DATA", None)
        line = " ".join(word if word in OPERATORS else shlex.quote(word) for word in launcher + words + rest)
        patience = 2 if re.match(LONG, line) and not shown else LIMIT if shown or command == "train" else PATIENCE
        process = subprocess.Popen(["bash", "-c", line if rest else "exec " + line], cwd=self.folder, env=environment,
                                   text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   errors="replace",
                                   start_new_session=True)
        try:
            out, err = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.terminate()  # mpirun ends its processes then
            process.communicate()
            return told("begun", line) if patience < LIMIT else wrong(f"took longer than {LIMIT} s", line)
        told("run" if words + rest == asked else "short", line)
        if inline and process.returncode and re.search(
                r": \d required \S+ missing|: \S+ is missing\.|is not said", err):
            return None  # in prose it names the option
        if bool(process.returncode) != bool(part.said("fails")):
            said = next((row for row in err.split("\n") if row.startswith("gradzoo")), (err or out).strip()[-300:])
            return wrong(f"ended with {process.returncode}: {said}", line)
        if words[1:3] == ["course", "start"]:
            self.shop.solve(self.folder / words[3])  # what a learner writes
        if shown and not (holds(shown, out) or holds(shown, out + err)):
            wrong(f"printed\n{(out + err).strip()[:600]}\nand not\n" + "\n".join(shown))
        return None

    def serve(self, words, told, wrong):
        if "--port" in words:
            del words[words.index("--port"):words.index("--port") + 2]
        process = subprocess.Popen([*words, "--port", "0"], cwd=self.folder, env=self.shop.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            address = re.search(r"http://[\d.]+:\d+/", process.stdout.readline())
            if b"<html" not in urllib.request.urlopen(address[0], timeout=10).read():
                wrong("no page")
        except (OSError, TypeError) as error:
            wrong(str(error))
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
        told("run")

    def other(self, words, text, told, wrong):
        """A command that is not the program's: its script or preset is looked up, or it is run."""
        name = words[0]
        if name in ("cmp", "sed", "export"):
            ran = subprocess.run(["bash", "-c", text], cwd=self.folder, capture_output=True, text=True)
            return wrong(f"{ran.stdout}{ran.stderr}") if ran.returncode else told("run")
        script = next((word for word in words if re.match(r"(\.ci|tools|tests)/", word)), None)
        preset = words[words.index("--preset") + 1] if "--preset" in words else None
        if script and name in (script, "python3", "/usr/bin/python3") and not (self.shop.root / script).exists() \
                and f": {script}\n" not in self.shop.ask("ctest", "--test-dir", str(self.shop.build), "-N"):
            return wrong(f"no file {script}")
        if preset and f'"{preset}"' not in (self.shop.root / "CMakePresets.json").read_text():
            return wrong(f"no preset {preset}")
        return told("looked up" if script or preset else "left out")


def holds(shown, came):
    """Whether the lines came as they are shown, where `...` stands for any."""
    pattern = "".join(r"(.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r" *\n" for line in shown)
    return re.fullmatch(pattern, "\n".join(row.rstrip() for row in came.rstrip("\n").split("\n")) + "\n") is not None
