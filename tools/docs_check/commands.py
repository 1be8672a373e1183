"""Runs a page's commands in its sandbox, in the page's order."""
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import pages
import sandbox
import shell
import short

BEGUN = 1.5  # seconds after which a long command has accepted what it was asked
PATIENCE = 15  # the same of all others but trainings, whose runs later commands need
LIMIT = 120
BY_OTHERS = {"ssh": "another machine", "xdg-open": "a screen"}


class PageRun:
    def __init__(self, page, workshop, note, report):
        self.page, self.shop, self.note, self.report = page, workshop, note, report
        self.folder = workshop.sandbox(page.name)
        self.trained = []  # runs of this page, the newest last
        self.words = {}  # RUN=... of comments
        self.leave, self.mask = [], []  # (prefix, reason)
        self.scratch = self.fresh = 0

    def all(self):
        for part in self.page.parts:
            if isinstance(part, pages.Setting):
                self.setting(part)
            elif isinstance(part, pages.Inline):
                self.command(part.line, part.text, None, [], inline=True)
            elif part.holds_commands():
                says = [said for _, said in part.markers]
                for line, text, shown in shell.commands_of(part):
                    self.command(line, text, shown, says, inline=False)

    def setting(self, part):
        said = part.text
        pair = re.match(r"([A-Z]\w*)=(\S+)$", said)
        if pair:
            self.words[pair.group(1)] = pair.group(2)
        elif said.startswith(("not ", "masked ")):
            prefix, _, reason = said.partition(" ")[2].partition(": ")
            (self.leave if said.startswith("not ") else self.mask).append((prefix, reason))
        elif said == "fresh":
            self.fresh += 1
            (self.folder / "runs").rename(self.folder / f"runs-before-{self.fresh}")
            (self.folder / "runs").mkdir()
            self.trained = []
        elif said.startswith("before "):
            self.command(part.line, said[7:], None, [], inline=False)
        else:
            self.report(part.page, part.line, f"comment `{said}`", "directs nothing", "a block below it")

    # What a command becomes -----------------------------------------------------------------------------------------

    def command(self, line, text, shown, says, inline):
        for said in says:
            if said.startswith("not:"):
                return self.note(self.page.name, line, "left out", f"{text}   ({said[4:].strip()})")
        if "<Tab>" in text:
            return self.note(self.page.name, line, "left out", f"{text}   (a key that is pressed)")
        for prefix, reason in self.leave:
            if text.startswith(prefix):
                return self.note(self.page.name, line, "left out", f"{text}   ({reason})")
        if not shell.is_command(text):
            return self.report(self.page.name, line, text, "neither a command that is known here nor shown output",
                               "a command, or a comment `run: not: why`")
        for said in says:
            if said.startswith("as "):
                text = said[3:]
        if text.startswith("(cd "):
            return self.note(self.page.name, line, "left out", f"{text}   (builds for long)")
        for part in shell.parts(text):
            try:
                words = shell.split(part)
            except ValueError as error:
                return self.report(self.page.name, line, part, str(error), "words of a shell")
            self.one(line, part, words, shown, says, inline)

    def one(self, line, text, words, shown, says, inline):
        variables = {}
        while words and re.match(r"[A-Z_]+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        name = words[0] if words else "export"
        if name in BY_OTHERS:
            return self.note(self.page.name, line, "left out", f"{text}   (needs {BY_OTHERS[name]})")
        if name == "mpirun" or name == "gradzoo-mpi":
            if not (self.shop.release / "gradzoo-mpi").exists() or not shutil.which("mpirun"):
                return self.note(self.page.name, line, "left out", f"{text}   (built without MPI)")
        if name.endswith("/gradzoo"):
            words[0] = name = "gradzoo"
        if name not in ("gradzoo", "gradzoo-mpi", "gradzoo-study", "mpirun"):
            return self.other(line, text, words, shown)
        launcher = []
        if name == "mpirun":
            launcher, words = short.mpi(words)
        # A word alone in prose names the command.
        if inline and len(words) <= 2 and words[1:] not in (["list"], ["zoo"], ["lab"], ["course"]):
            ran = self.shop.ask("gradzoo", *words[1:], "--help")
            if ran.returncode:
                self.report(self.page.name, line, text, ran.stderr.strip(), "a command of the program")
            return self.note(self.page.name, line, "named", text)
        asked = list(words)
        words = self.real_words(words, inline)
        if words is None:
            return self.report(self.page.name, line, text, "no run that can", "a comment `run: RUN=...` above it")
        pipe = next((at for at, word in enumerate(words) if word in shell.OPERATORS), len(words))
        words, rest = words[:pipe], words[pipe:]
        words, stop = short.gradzoo(words, self.shop.knobs)
        words += rest
        if words[1:2] == ["serve"]:
            self.note(self.page.name, line, "short", shell.joined(words) + "   (started, asked, stopped)")
            return self.serve(line, text, words)
        environment = dict(self.shop.environment, **variables)
        if any(word.startswith("zoo/") for word in words) or words[1:2] in (["c2st"], ["lab"], ["zoo"], ["data"]):
            environment.pop("GRADZOO_DATA")
        if "GRADZOO_DATA" not in environment and words[1] in ("eval", "compare"):
            stop = True  # learns the classifier of all of MNIST
        level = "begun" if stop else "run" if words == asked and not launcher else "short"
        mask = any(said.startswith("masked:") for said in says) or any(text.startswith(p) for p, _ in self.mask)
        fails = next((said for said in says if said.startswith("fails")), None)
        ran = self.execute(line, text, launcher + words, environment, stop)
        few = ran and ran[0] and re.search(r"Hint: 1 to (\d+)$", ran[2].strip())
        if few and "-n" not in asked and "-n" in words:  # fewer than the short form takes
            words[words.index("-n") + 1] = few.group(1)
            ran = self.execute(line, text, launcher + words, environment, stop)
        if ran and ran[0] and "Hint: leave -n away" in ran[2] and "-n" not in asked:
            del words[words.index("-n"):words.index("-n") + 2]
            ran = self.execute(line, text, launcher + words, environment, stop)
        if ran is None:
            return
        code, out, err = ran
        if inline and code and re.search(r": \d required \S+ missing|: \S+ is missing\.", err):
            return self.note(self.page.name, line, "named", text)
        if words[1:3] == ["course", "start"] and not code:
            self.shop.solve(self.folder / words[3])  # what a learner writes
        if stop and code == 0:
            level = "short" if words != asked else "run"
        self.note(self.page.name, line, level, shell.joined(launcher + words))
        if (code != 0) != bool(fails) and not (stop and code is None):
            said = (err.strip() or out.strip()).split("\n")
            said = next((row for row in said if row.startswith("gradzoo")), said[-1])
            return self.report(self.page.name, line, shell.joined(launcher + words), f"ended with {code}: {said[:300]}",
                               "another end than 0" if fails else "an end with 0")
        if shown:
            wrong = shell.differs(shown, out, mask)
            if wrong and shell.differs(shown, out + err, mask):
                self.report(self.page.name, line, text, f"`{wrong[1].strip()}`", f"`{wrong[0].strip()}`")
        if words[1] == "train" and not inline and "--resume" not in words:
            place = re.search(r"into (\S+)$", out + err, re.MULTILINE)
            if place:
                self.trained.append(place.group(1))

    def real_words(self, words, inline):
        command = words[1] if len(words) > 1 else ""
        out, runs = [], 0
        for at, word in enumerate(words):
            if word in self.words:
                word = self.words[word]
                runs += word.startswith("runs/")
            if re.fullmatch(r"RUN\d?", word) or word in ("A", "B") and command == "c2st":
                second = len(words) > 1 and "RUN" in words[:at] or word in ("RUN2", "B")
                if command == "eval" and out[-1] == "--classifier":
                    word = self.copied("runs/classifier-1")
                else:
                    word = self.run_for(command, words, runs, second)
                if word is None:
                    return None
                runs += 1
            elif word == "FILE" and out[-1] == "--config":
                word = self.copied("runs/vae-1") + "/config.toml"
            elif word.startswith("/usr/share/") and not (sandbox.os.path.exists(word)):
                word = "FOLDER"
            elif re.match(r"runs/[\w-]+(/|$)", word) and out[-1] not in ("--out",):
                run = "/".join(word.split("/")[:2])
                word = self.copied(run, command) + word[len(run):]
            elif word == "FOLDER" and command == "course":
                word = "class"
            out.append(shell.placeholder(word, command, out))
        if command == "train" and inline and "--out" not in out and "--resume" not in out and not {"--help", "--man"} & set(out):
            self.scratch += 1
            out += ["--out", f"runs/in-prose-{self.scratch}"]
        if command == "anomaly" and inline and "--against" not in out:
            out += ["--against", "noise"]
        return out

    def copied(self, word, command=""):
        """The run of this name: the page's own, or one of two steps."""
        model = self.model_of(word)
        if command == "c2st" and model and (self.shop.root / "zoo" / model).is_dir():
            return f"zoo/{model}"
        if not (self.folder / word).exists() and model:
            source = self.shop.stock(model)
            if source:
                shutil.copytree(source, self.folder / word)
        return word

    def model_of(self, run):
        name = run.split("/")[-1]
        fitting = [model for model in self.shop.models() if name == model or name.startswith(model + "-")]
        return max(fitting, key=len, default=None)

    def run_for(self, command, words, index, second):
        """A run that can do this: of the page, of the model that the page is about, or another."""
        if command == "c2st":
            return ["zoo/made", "zoo/vae"][second]
        page = re.sub(r".*/|\.md$", "", self.page.name)
        about = [page] if page in self.shop.models() else []
        if "--label" in words:
            wanted = [model for model in about + list(sandbox.WITH_LABELS) if model in sandbox.WITH_LABELS]
            return self.copied(f"runs/{wanted[0]}-1")
        uses = {row["model"]: row for row in json.loads(self.shop.ask("gradzoo", "list", "uses", "--json").stdout)["uses"]}
        sampler = words[words.index("--sampler") + 1] if "--sampler" in words else ""
        if sampler in ("flip", "gibbs"):
            return self.copied("runs/rbm-1")
        if command == "grade":
            return "class"
        toys = self.shop.ask("gradzoo", "list", "toys").stdout.split()
        can = lambda model: uses[model].get("compose" if sampler else command, "yes") == "yes"
        if command == "compose":
            return self.copied(["runs/ebm-1", "runs/score-1"][second])
        candidates = [run for run in reversed(self.trained) if not second]
        candidates += [f"runs/{model}-1" for model in about + ["vae", "gan", "ebm", "rbm", "flow-matching"]]
        if second:
            candidates = ["runs/gan-1" if "gan" not in self.page.name else "runs/vae-1"]
        for run in candidates:
            config = self.folder / run / "config.toml"
            model = self.model_of(run)
            if config.exists():
                told = config.read_text()
                model = re.search(r'^model = "([^"]+)"', told, re.MULTILINE).group(1)
                if command in ("inpaint", "interpolate") and re.search(r'^data = "([^"]+)"', told, re.MULTILINE).group(1) in toys:
                    continue
            if model and can(model):
                return self.copied(run)
        return None

    # Running ---------------------------------------------------------------------------------------------------------

    def execute(self, line, text, words, environment, stop):
        begun = time.monotonic()
        process = subprocess.Popen(["bash", "-c", "exec " + shell.joined(words) if not set(words) & shell.OPERATORS else
                                    shell.joined(words)], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        try:
            out, err = process.communicate(timeout=BEGUN if stop else PATIENCE if words[:2] != ["gradzoo", "train"] else LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            if stop or words[:2] != ["gradzoo", "train"]:
                return self.note(self.page.name, line, "begun", shell.joined(words))
            self.report(self.page.name, line, shell.joined(words), f"took longer than {LIMIT} s", "seconds")
            return None
        self.shop.times.append((time.monotonic() - begun, self.page.name, line, shell.joined(words)))
        return process.returncode, out, err

    def serve(self, line, text, words):
        process = subprocess.Popen(words, cwd=self.folder, env=self.shop.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        try:
            said = process.stdout.readline() if not process.poll() else ""
            address = re.search(r"http://[\d.]+:\d+/", said)
            if not address:
                self.report(self.page.name, line, text, said.strip() or "nothing", "an address")
                return
            with urllib.request.urlopen(address.group(0), timeout=10) as answer:
                if answer.status != 200 or b"<html" not in answer.read():
                    self.report(self.page.name, line, text, f"status {answer.status}", "a page")
        except OSError as error:
            self.report(self.page.name, line, text, str(error), "a page")
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                self.report(self.page.name, line, text, "goes on after Ctrl-C", "an end")

    def other(self, line, text, words, shown):
        """A command that is not the program's: its file, preset, tests or packages are looked up, or it is run."""
        wrong, level, root = None, "looked up", self.shop.root
        name = words[0] if words else "export"
        presets = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "--preset"]
        if name in ("cmake", "ctest") and presets:
            known = json.loads((root / "CMakePresets.json").read_text())["configurePresets"]
            if presets[0] not in [preset["name"] for preset in known]:
                wrong = f"no preset {presets[0]}"
        if name == "ctest" and not wrong:
            filters = [word for i, word in enumerate(words) if word in ("-R", "-L") or words[i - 1] in ("-R", "-L")]
            ran = subprocess.run(["ctest", "--test-dir", str(self.shop.release), "-N", *filters], capture_output=True, text=True)
            if filters and "Total Tests: 0" in ran.stdout:
                wrong = "no such test"
        elif name == "cmake" and not presets:
            level = "run"
            folder = self.folder
            if "." in words:  # a program of the reader's own, by the page's lines of CMake
                folder = folder / "own"
                folder.mkdir(exist_ok=True)
                fence = next((part for part in self.page.parts if getattr(part, "language", "") == "cmake"), None)
                (folder / "CMakeLists.txt").write_text("\n".join(fence.lines) if fence else "")
                (folder / "main.cpp").write_text("#include <gradzoo/gradzoo.h>\nint main() {}\n")
            ran = subprocess.run(["bash", "-c", text], cwd=folder,
                                 env=self.shop.environment, capture_output=True, text=True)
            wrong = ran.stderr.strip()[-300:] if ran.returncode else None
        elif name in ("apt-get",):
            known = (root / "tools/deps").read_text() + (root / "docs/architecture.md").read_text()
            lost = [word for word in words[1:] if word != "install" and word[0] != "-" and word not in known]
            if lost:
                return self.note(self.page.name, line, "left out", f"{text}   (packages that the project does not need)")
        elif name == "export":
            ran = subprocess.run(["bash", "-c", text], capture_output=True, text=True)
            wrong, level = (ran.stderr.strip() or None), "run"
        elif name in ("cmp", "sed"):
            ran = subprocess.run(["bash", "-c", text], cwd=self.folder, capture_output=True, text=True)
            wrong, level = (f"ended with {ran.returncode}: {ran.stdout}{ran.stderr}" if ran.returncode else None), "run"
        elif name.endswith("python3") or "/" in name:
            script = next((word for word in words if "/" in word and "python3" not in word), None)
            file = root / script if script else None
            if file and len(words) == 1 and (file.is_dir() or re.search(rf": {re.escape(name)}$",
                    self.shop.ask("ctest", "--test-dir", str(self.shop.release), "-N").stdout, re.MULTILINE)):
                pass  # a folder, or the name of a test
            elif file and not file.is_file():
                wrong = f"no file {script}"
            elif file and name == script and not file.stat().st_mode & 0o100:
                wrong = "not executable"
            elif file and b"python" in file.read_bytes().split(b"\n")[0]:
                compile(file.read_text(), script, "exec")
            elif file:
                ran = subprocess.run(["bash", "-n", str(file)], capture_output=True, text=True)
                wrong = ran.stderr.strip() or None
        self.note(self.page.name, line, level, text)
        if wrong:
            self.report(self.page.name, line, text, wrong, "what stands there")
