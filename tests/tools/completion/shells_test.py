#!/usr/bin/env python3
"""Completion as it is met in a real bash and a real zsh, each on a terminal of its own: keys are typed, Tab among them,
and the line that then stands there is compared.  shells_test.py SOURCE_DIR BINARY_DIR SHELL; 77 where it is missing."""

import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import signal
import sys
import tempfile
import time

SOURCE, BINARY = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
SHELL = sys.argv[3]
PROMPT = "READY>"
PATIENCE = 30  # seconds for what takes a fraction of one

# What is typed before Tab, and the line that stands there after it.
COMPLETED = [
    ("gradzoo tra", "gradzoo train "),
    ("gradzoo train flow", "gradzoo train flow-matching "),
    ("gradzoo train vae --data rin", "gradzoo train vae --data ring8 "),
    ("gradzoo train vae --resu", "gradzoo train vae --resume "),
    ("gradzoo train vae --set laten", "gradzoo train vae --set latent="),
    ("gradzoo train vae --set pixels=dyn", "gradzoo train vae --set pixels=dynamic-binary "),
    ("gradzoo sample zoo/flow", "gradzoo sample zoo/flow-matching "),
    ("gradzoo sample runs/own", "gradzoo sample runs/own-run "),
    ("gradzoo sample ring", "gradzoo sample ring8 "),
    ("gradzoo sample zoo/ebm --sampler mal", "gradzoo sample zoo/ebm --sampler mala "),
    ("gradzoo sample zoo/ebm --sampler mala --set ste", None),  # step= and steps= both begin so
    ("gradzoo data chec", "gradzoo data check "),
    ("gradzoo data check --set backg", "gradzoo data check --set background="),
    ("gradzoo lab noise-lev", "gradzoo lab noise-levels "),
    ("gradzoo gradcheck logsumex", "gradzoo gradcheck logsumexp "),
    ("gradzoo verify vae.kl_cl", "gradzoo verify vae.kl_closed_form "),
    ("gradzoo inpaint zoo/ddpm --keep lo", "gradzoo inpaint zoo/ddpm --keep lower "),
    ("gradzoo train --config sett", "gradzoo train --config settings.toml "),
]


class Shell:
    """A shell on a terminal; what it prints is kept."""

    def __init__(self, words, environment, folder):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(words[0], words, environment)
        self.printed = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def send(self, keys):
        os.write(self.terminal, keys.encode())

    def read_until(self, pattern):
        """The text from here to what matches, without colours."""
        end = time.monotonic() + PATIENCE
        while True:
            found = re.search(pattern, plain(self.printed))
            if found:
                text, self.printed = plain(self.printed)[: found.end()], plain(self.printed)[found.end():]
                return text
            if time.monotonic() > end:
                raise AssertionError(f"no {pattern!r} came, but {plain(self.printed)!r}")
            if select.select([self.terminal], [], [], 0.2)[0]:
                self.printed += os.read(self.terminal, 65536).decode(errors="replace")

    def run(self, command):
        self.send(command + "\r")
        return self.read_until(r"\n" + PROMPT)


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07", "", text)


def line_after_tab(shell, typed):
    """The shell's own word for its edited line: it is run as an argument list of a stand-in."""
    shell.send(typed + "\t")
    time.sleep(0.6)  # keys are read one at a time; what comes after belongs to no completion
    shell.send("\x01echo '<\x05>'\r")  # to the begin of the line: echo '<, to its end: >'
    text = shell.read_until(r"\r?\n<[^\n]*>\r?\n")
    shell.read_until(PROMPT)
    return re.search(r"\n<([^\n]*)>\r?\n", text).group(1)


def shell_and_setup(home):
    completion, dump = shlex.quote(str(SOURCE / "tools/completion")), shlex.quote(home + "/dump")
    if SHELL == "bash":
        return ["bash", "--norc", "--noprofile", "-i"], [
            f"PS1='{PROMPT}'; HISTFILE=; bind 'set enable-bracketed-paste off'",
            ". /usr/share/bash-completion/bash_completion",
            f". {completion}/gradzoo.bash",
        ]
    return ["zsh", "-f", "-i"], [
        f"PS1='{PROMPT}'; HISTFILE=; unset zle_bracketed_paste; bindkey -e; unsetopt prompt_sp prompt_cr",
        f"fpath=({completion} $fpath); autoload -Uz compinit; compinit -u -d {dump}",
    ]


def check(environment, folder):
    failures = []
    words, setup = shell_and_setup(environment["HOME"])
    with Shell(words, environment, folder) as shell:
        time.sleep(0.5)
        for command in setup:
            shell.run(command)
        for typed, expected in COMPLETED:
            got = line_after_tab(shell, typed)
            # None: several begin so, and no more than what they share is put there
            wanted = expected if expected is not None else typed + "p"
            if got.rstrip() != wanted.rstrip() or (wanted.endswith("=") and got.endswith(" ")):
                failures.append(f"{typed!r} became {got!r}, and not {wanted!r}")
    return failures


def main():
    if not shutil.which(SHELL) or SHELL == "bash" and not pathlib.Path(
            "/usr/share/bash-completion/bash_completion").exists():
        print(f"left out: {SHELL} or its completion is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder, "runs/own-run")
        run.mkdir(parents=True)
        (run / "config.toml").touch()
        pathlib.Path(folder, "settings.toml").touch()
        environment = {"PATH": f"{BINARY}:/usr/bin:/bin", "HOME": folder, "TERM": "dumb", "LANG": "C.UTF-8",
                       "COLUMNS": "200", "LINES": "50"}
        failures = check(environment, folder)
    print("\n".join(failures) or f"{len(COMPLETED)} lines completed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
