"""tools/check_docs: finds the pages, does what they ask for with two hands, and tells what is wrong."""
import argparse
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time

import commands
import cpp
import fences
import links
import numbers_of
import pages
import sandbox

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Report:
    def __init__(self):
        self.failures, self.notes, self.lock = [], [], threading.Lock()

    def report(self, page, line, what, came, expected):
        with self.lock:
            self.failures.append((page, line, what, came, expected))

    def note(self, page, line, level, what):
        with self.lock:
            self.notes.append((page, line, level, what))


def all_pages(root):
    names = ["README.md", "CONTRIBUTING.md"]
    for folder in ("docs", "course/pages"):
        names += sorted(str(path.relative_to(root)) for path in (root / folder).glob("*.md"))
    return [name for name in names if (root / name).is_file()]


def workers(jobs, count):
    """Runs jobs, (page, function), the longest first, with so many threads; what a job throws is a failure."""
    waiting = queue.Queue()
    for job in jobs:
        waiting.put(job)
    thrown = []

    def work():
        while True:
            try:
                name, job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                job()
            except Exception as error:  # a defect of the checker must not look like a page that is right
                thrown.append((name, f"{type(error).__name__}: {error}", error))
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return thrown


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="as docs/vae.md; all where none is given")
    parser.add_argument("--list", action="store_true", help="print each block and command with what is done to it")
    parser.add_argument("--build", default="build/release", help="the built tree (default: build/release)")
    parser.add_argument("--root", default=str(ROOT), help=argparse.SUPPRESS)  # pages of another folder, in the test
    parser.add_argument("--jobs", type=int, default=2, help="of these many at a time (default: 2)")
    parser.add_argument("--slow", type=int, default=0, metavar="N", help="print the N slowest commands")
    parser.add_argument("--keep", action="store_true", help="leave the folder in which all was run")
    options = parser.parse_args()
    root, release = pathlib.Path(options.root).resolve(), (ROOT / options.build).resolve()
    if not (release / "gradzoo").exists():
        print(f"{release}: not built. Hint: cmake --preset release && cmake --build --preset release")
        return 2
    work = pathlib.Path(tempfile.mkdtemp(prefix="gradzoo-docs-"))
    begun, told = time.monotonic(), Report()
    try:
        check(root, release, work, options, told)
    finally:
        if options.keep:
            print(f"in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    if options.list:
        for page, line, level, what in sorted(told.notes, key=lambda note: (note[0], note[1])):
            print(f"{page}:{line}: {level}: {what}")
    for page, line, what, came, expected in sorted(told.failures):
        print(f"{page}:{line}: {what}: came {came}; expected {expected}")
    counts = {}
    for _, _, level, _ in told.notes:
        counts[level] = counts.get(level, 0) + 1
    used = sum(os.times()[:4])
    print(", ".join(f"{counts[level]} {level}" for level in sorted(counts)) +
          f"; {len(told.failures)} wrong; {time.monotonic() - begun:.0f} s, {used:.0f} s of processors")
    return 1 if told.failures else 0


def check(root, release, work, options, told):
    names = [name.removeprefix("./") for name in options.pages] or all_pages(root)
    read = []
    for name in names:
        if not (root / name).is_file():
            told.report(name, 1, "page", "no such file", "a page")
        else:
            read.append(pages.parse(name, (root / name).read_text()))
    prefix = work / "prefix"
    installed = subprocess.run(["cmake", "--install", str(release), "--prefix", str(prefix)], capture_output=True, text=True)
    if installed.returncode:
        return told.report("README.md", 1, "cmake --install", installed.stderr.strip()[-300:], "an installation")
    shop = sandbox.Workshop(ROOT, release, prefix, work, root)
    shop.times = []
    programs, cmakes = [], []
    for page in read:
        followed = links.check(page, root, told.report)
        if followed:
            told.notes.append((page.name, 0, "page of links", f"{followed} links"))
        cpp.plan(page, root, told.note, told.report, programs)
        cmakes += fences.others(page, root, shop, told.note, told.report)
    mpi = (release / "gradzoo-mpi").exists() and shutil.which("mpirun") is not None

    def build_and_run():
        if programs or cmakes:
            ready = cpp.build(programs, work, root, cmakes, told.report, mpi)
            cpp.run(ready, work, shop.environment, told.report)
    jobs = [("C++", build_and_run)]
    jobs += [(page.name, commands.PageRun(page, shop, told.note, told.report).all)
             for page in sorted(read, key=lambda page: -len(page.parts))]
    jobs.append(("numbers", lambda: numbers_of.check(read, root, shop, told.note, told.report)))
    for name, said, error in workers(jobs, options.jobs):
        told.report(name, 1, "the checker", said, "an end")
        if os.environ.get("GRADZOO_DOCS_DEBUG"):
            raise error
    for seconds, page, line, words in sorted(shop.times, reverse=True)[:options.slow]:
        print(f"{seconds:5.1f} s  {page}:{line}: {words}")
